// SPDX-License-Identifier: MIT
// Several sockets under one loop, and the list that names them.

#include "io/io.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

// An engine that answers with what it was sent, from whichever socket fits.
typedef struct Echo {
  ToastAddress to;
  uint8_t      data[64];
  size_t       size;
} Echo;

static void input(void* const               context,
                  const JamTime             now,
                  const ToastAddress* const from,
                  const uint8_t* const      data,
                  const size_t              size)
{
  Echo* const echo = (Echo*)context;
  (void)now;
  echo->to   = *from;
  echo->size = size < sizeof(echo->data) ? size : sizeof(echo->data);
  memcpy(echo->data, data, echo->size);
}

static size_t output(void* const         context,
                     const JamTime       now,
                     ToastAddress* const to,
                     uint8_t* const      buffer,
                     const size_t        capacity)
{
  Echo* const  echo = (Echo*)context;
  const size_t size = echo->size;
  (void)now;
  (void)capacity;
  *to = echo->to;
  memcpy(buffer, echo->data, size);
  echo->size = 0U;
  return size;
}

static JamTime deadline(const void* const context)
{
  (void)context;
  return JAM_NEVER;
}

static void tick(void* const context, const JamTime now)
{
  (void)context;
  (void)now;
}

static long receive_soon(const IoSocket* const socket,
                         ToastAddress* const   from,
                         uint8_t* const        buffer,
                         const size_t          capacity)
{
  const JamTime end  = io_now() + 5 * JAM_SECOND;
  long          size = -1;
  while (size < 0 && io_now() < end) {
    JamTime age = 0;
    size        = io_socket_receive(socket, from, buffer, capacity, &age);
  }
  return size;
}

static bool has_ipv6(void)
{
  IoSocket     socket;
  ToastAddress loopback = {{[15] = 1U}, 0U};
  const bool   has      = io_socket_open(&socket, &loopback, true) == JAM_OK;
  if (has) {
    io_socket_close(&socket);
  }
  return has;
}

// Sends from a socket of its own and checks that the answer comes from `to`.
static void ask(const char* const list, const ToastAddress* const to)
{
  IoSocket     mine[IO_MAX_SOCKETS];
  unsigned     count = 0U;
  char         note[JAM_NOTE_SIZE];
  ToastAddress from;
  uint8_t      answer[8];
  ck_assert_int_eq(io_listen(list, mine, &count, note), JAM_OK);
  ck_assert_uint_eq(count, 1U);
  io_socket_send(mine, count, to, (const uint8_t*)"jam", 3U);
  ck_assert_int_eq(receive_soon(mine, &from, answer, sizeof(answer)), 3);
  ck_assert_mem_eq(answer, "jam", 3U);
  ck_assert_mem_eq(from.ip, to->ip, sizeof(from.ip));
  ck_assert_uint_eq(from.port, to->port);
  io_socket_close(mine);
}

START_TEST(an_answer_leaves_from_the_socket_of_its_family)
{
  if (!has_ipv6()) {
    return;
  }
  IoSocket sockets[IO_MAX_SOCKETS];
  unsigned count = 0U;
  char     note[JAM_NOTE_SIZE];
  ck_assert_int_eq(io_listen("127.0.0.1:0,[::1]:0", sockets, &count, note),
                   JAM_OK);
  ck_assert_uint_eq(count, 2U);
  ck_assert_str_eq(note, "");
  Echo           echo   = {.size = 0U};
  const IoEngine engine = {&echo, input, output, deadline, tick, NULL};
  IoLoop*        loop   = NULL;
  ck_assert_int_eq(io_loop_start(NULL, sockets, count, &engine, &loop), JAM_OK);
  ask("127.0.0.1:0", &sockets[0].address);
  ask("[::1]:0", &sockets[1].address);
  io_loop_stop(loop);
  io_socket_close(&sockets[0]);
  io_socket_close(&sockets[1]);
}

END_TEST

START_TEST(an_ipv6_socket_alone_also_speaks_ipv4)
{
  if (!has_ipv6()) {
    return;
  }
  IoSocket sockets[IO_MAX_SOCKETS];
  unsigned count = 0U;
  char     note[JAM_NOTE_SIZE];
  ck_assert_int_eq(io_listen("[::]:0", sockets, &count, note), JAM_OK);
  ck_assert(sockets[0].v4 && sockets[0].v6);
  Echo           echo   = {.size = 0U};
  const IoEngine engine = {&echo, input, output, deadline, tick, NULL};
  IoLoop*        loop   = NULL;
  ck_assert_int_eq(io_loop_start(NULL, sockets, count, &engine, &loop), JAM_OK);
  const uint16_t     port = sockets[0].address.port;
  const ToastAddress v4 = {{[10] = 0xFFU, [11] = 0xFFU, [12] = 127U, [15] = 1U},
                           port};
  const ToastAddress v6 = {{[15] = 1U}, port};
  ask("127.0.0.1:0", &v4);
  ask("[::1]:0", &v6);
  io_loop_stop(loop);
  io_socket_close(&sockets[0]);
}

END_TEST

START_TEST(both_wildcards_fit_on_one_port)
{
  if (!has_ipv6()) {
    return;
  }
  IoSocket sockets[IO_MAX_SOCKETS];
  unsigned count = 0U;
  char     note[JAM_NOTE_SIZE];
  char     list[64];
  ck_assert_int_eq(io_listen("0.0.0.0:0", sockets, &count, note), JAM_OK);
  char first[IO_ADDRESS_SIZE];
  io_address_write(&sockets[0].address, first);
  io_socket_close(&sockets[0]);
  const char* const port = strrchr(first, ':');
  strcpy(list, first);
  strcat(list, ",[::]");
  strcat(list, port);
  ck_assert_int_eq(io_listen(list, sockets, &count, note), JAM_OK);
  ck_assert_uint_eq(count, 2U);
  ck_assert(sockets[0].v4 && !sockets[0].v6);
  ck_assert(sockets[1].v6 && !sockets[1].v4);
  ck_assert_uint_eq(sockets[0].address.port, sockets[1].address.port);
  io_socket_close(&sockets[0]);
  io_socket_close(&sockets[1]);
}

END_TEST

START_TEST(what_has_no_socket_goes_nowhere)
{
  IoSocket           sockets[IO_MAX_SOCKETS];
  unsigned           count = 0U;
  char               note[JAM_NOTE_SIZE];
  const ToastAddress v6 = {{[15] = 1U}, 4460U};
  ck_assert_int_eq(io_listen("127.0.0.1:0", sockets, &count, note), JAM_OK);
  io_socket_send(sockets, count, &v6, (const uint8_t*)"jam", 3U);
  io_socket_close(&sockets[0]);
}

END_TEST

START_TEST(names_of_fly_stand_for_all_addresses_elsewhere)
{
  IoSocket           sockets[IO_MAX_SOCKETS];
  unsigned           count = 0U;
  char               note[JAM_NOTE_SIZE];
  const ToastAddress any = {{[10] = 0xFFU, [11] = 0xFFU}, 0U};
  ck_assert_int_eq(io_listen("fly-global-services:0", sockets, &count, note),
                   JAM_OK);
  ck_assert_mem_eq(sockets[0].address.ip, any.ip, sizeof(any.ip));
  ck_assert_ptr_nonnull(strstr(note, "unknown outside Fly.io"));
  io_socket_close(&sockets[0]);
}

END_TEST

static void
refused(const char* const list, const JamStatus status, const char* const words)
{
  IoSocket sockets[IO_MAX_SOCKETS];
  unsigned count = 1U;
  char     note[JAM_NOTE_SIZE];
  ck_assert_int_eq(io_listen(list, sockets, &count, note), status);
  ck_assert_uint_eq(count, 0U);
  ck_assert_msg(strstr(note, words) != NULL, "'%s' in '%s'", words, note);
}

START_TEST(mistakes_in_the_list_get_a_sentence)
{
  refused("", JAM_ERR_ARGUMENT, "not ADDR:PORT");
  refused("here", JAM_ERR_ARGUMENT, "not ADDR:PORT");
  refused("127.0.0.1:0,", JAM_ERR_ARGUMENT, "not ADDR:PORT");
  refused("127.0.0.1:70000", JAM_ERR_ARGUMENT, "not ADDR:PORT");
  refused(":0,:0,:0,:0,:0", JAM_ERR_ARGUMENT, "more than four");
  refused("127.0.0.1:0,nobody.invalid:0", JAM_ERR_NOT_FOUND, "nobody.invalid");
  refused("192.0.2.99:4460", JAM_ERR_NOT_FOUND, "no address");
}

END_TEST

START_TEST(one_failure_closes_all)
{
  IoSocket taken[IO_MAX_SOCKETS];
  IoSocket sockets[IO_MAX_SOCKETS];
  unsigned count = 0U;
  char     note[JAM_NOTE_SIZE];
  char     list[2U * IO_ADDRESS_SIZE];
  char     address[IO_ADDRESS_SIZE];
  ck_assert_int_eq(io_listen("127.0.0.1:0", taken, &count, note), JAM_OK);
  io_address_write(&taken[0].address, address);
  strcpy(list, "127.0.0.1:0,");
  strcat(list, address);
  ck_assert_int_eq(io_listen(list, sockets, &count, note), JAM_ERR_IN_USE);
  ck_assert_ptr_nonnull(strstr(note, address));
  ck_assert_uint_eq(count, 0U);
  ck_assert_int_eq(sockets[0].fd, -1);
  io_socket_close(&taken[0]);
}

END_TEST

START_TEST(addresses_are_written_as_people_write_them)
{
  char               text[IO_ADDRESS_SIZE];
  const ToastAddress v4 = {
    {[10] = 0xFFU, [11] = 0xFFU, [12] = 192U, [14] = 2U, [15] = 7U},
    4460U};
  const ToastAddress v6 = {{[0] = 0xFDU, [1] = 0xAAU, [15] = 3U}, 65535U};
  io_address_write(&v4, text);
  ck_assert_str_eq(text, "192.0.2.7:4460");
  io_address_write(&v6, text);
  ck_assert_str_eq(text, "[fdaa::3]:65535");
}

END_TEST

static bool next_soon(IoDiscovery* const discovery, ToastAddress* const out)
{
  const JamTime end = io_now() + 5 * JAM_SECOND;
  while (!io_discovery_next(discovery, out)) {
    if (io_now() > end) {
      return false;
    }
  }
  return true;
}

START_TEST(discovery_finds_peers_again_and_again)
{
  const SessionHost hosts[3] = {{"127.0.0.2", 4461U},
                                {"nobody.invalid", 1U},
                                {"127.0.0.3", 4462U}};
  IoDiscovery*      found    = NULL;
  ToastAddress      address;
  ck_assert_int_eq(io_discovery_start(hosts, 3U, 10 * JAM_MS, &found), JAM_OK);
  for (int round = 0; round < 3; ++round) {
    ck_assert(next_soon(found, &address));
    ck_assert_uint_eq(address.ip[15], 2U);
    ck_assert_uint_eq(address.port, 4461U);
    ck_assert(next_soon(found, &address));
    ck_assert_uint_eq(address.ip[15], 3U);
    ck_assert_uint_eq(address.port, 4462U);
  }
  io_discovery_stop(found);
  io_discovery_stop(NULL);
  ck_assert(!io_discovery_next(NULL, &address));
}

END_TEST

START_TEST(discovery_needs_somebody_to_look_for)
{
  IoDiscovery* found = NULL;
  SessionHost  hosts[1];
  memset(hosts, 0, sizeof(hosts));
  ck_assert_int_eq(io_discovery_start(hosts, 0U, JAM_SECOND, &found),
                   JAM_ERR_ARGUMENT);
  ck_assert_int_eq(io_discovery_start(hosts, 1U, 0, &found), JAM_ERR_ARGUMENT);
  ck_assert_ptr_null(found);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("io_listen");
  TCase* const tests = tcase_create("listen");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, an_answer_leaves_from_the_socket_of_its_family);
  tcase_add_test(tests, an_ipv6_socket_alone_also_speaks_ipv4);
  tcase_add_test(tests, both_wildcards_fit_on_one_port);
  tcase_add_test(tests, what_has_no_socket_goes_nowhere);
  tcase_add_test(tests, names_of_fly_stand_for_all_addresses_elsewhere);
  tcase_add_test(tests, mistakes_in_the_list_get_a_sentence);
  tcase_add_test(tests, one_failure_closes_all);
  tcase_add_test(tests, addresses_are_written_as_people_write_them);
  tcase_add_test(tests, discovery_finds_peers_again_and_again);
  tcase_add_test(tests, discovery_needs_somebody_to_look_for);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
