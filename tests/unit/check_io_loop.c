// SPDX-License-Identifier: MIT
// Sockets and the loop, over loopback.

#define _GNU_SOURCE // IP_RECVTOS

#include "io/io.h"
#include "io/pace.h"

#include <check.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// An engine that sends every datagram back where it came from.
typedef struct Echo {
  ToastAddress to;
  uint8_t      data[64];
  size_t       size; // Waiting to be sent
  atomic_int   ticks;
  atomic_int   told; // How old datagrams were
  JamTime      due;
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
  return ((const Echo*)context)->due;
}

static void tick(void* const context, const JamTime now)
{
  Echo* const echo = (Echo*)context;
  (void)now;
  atomic_fetch_add(&echo->ticks, 1);
}

static void backlog(void* const context, const JamTime age)
{
  Echo* const echo = (Echo*)context;
  atomic_fetch_add(&echo->told, age >= 0);
}

static ToastAddress loopback(const uint16_t port)
{
  ToastAddress address = {{0}, port};
  address.ip[10] = address.ip[11] = 0xFFU;
  address.ip[12]                  = 127U;
  address.ip[15]                  = 1U;
  return address;
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

START_TEST(a_loop_answers_a_datagram)
{
  const ToastAddress any = loopback(0U);
  IoSocket           server;
  IoSocket           client;
  ck_assert_int_eq(io_socket_open(&server, &any, false), JAM_OK);
  ck_assert_int_eq(io_socket_open(&client, NULL, false), JAM_OK);
  Echo           echo   = {.due = JAM_NEVER};
  const IoEngine engine = {&echo, input, output, deadline, tick, NULL};
  IoLoop*        loop   = NULL;
  ck_assert_int_eq(io_loop_start(NULL, &server, 1U, &engine, &loop), JAM_OK);

  const ToastAddress to = loopback(server.address.port);
  ToastAddress       from;
  uint8_t            answer[64];
  io_socket_send(&client, 1U, &to, (const uint8_t*)"jam", 3U);
  ck_assert_int_eq(receive_soon(&client, &from, answer, sizeof(answer)), 3);
  ck_assert_mem_eq(answer, "jam", 3U);
  ck_assert_uint_eq(from.port, server.address.port);
  io_loop_stop(loop);
  io_socket_close(&client);
  io_socket_close(&server);
}

END_TEST

START_TEST(a_turning_loop_has_a_pulse)
{
  const ToastAddress any = loopback(0U);
  IoSocket           server;
  ck_assert_int_eq(io_socket_open(&server, &any, false), JAM_OK);
  Echo           echo   = {.due = JAM_NEVER};
  const IoEngine engine = {&echo, input, output, deadline, tick, NULL};
  IoLoop*        loop   = NULL;
  const JamTime  start  = io_now();
  ck_assert_int_eq(io_loop_start(NULL, &server, 1U, &engine, &loop), JAM_OK);
  while (atomic_load(&echo.ticks) < 1) {
  }
  const JamTime first = io_loop_heartbeat(loop);
  ck_assert_int_ge(first, start);
  io_loop_wake(loop);
  const JamTime end = io_now() + 5 * JAM_SECOND;
  while (io_loop_heartbeat(loop) == first && io_now() < end) {
  }
  ck_assert_int_gt(io_loop_heartbeat(loop), first);
  JamTime longest = 0; // Known when the turn has ended
  while ((longest = io_loop_longest_turn(loop)) == 0 && io_now() < end) {
  }
  ck_assert_int_gt(longest, 0);
  io_loop_stop(loop);
  io_socket_close(&server);
}

END_TEST

START_TEST(wake_makes_a_sleeping_loop_tick)
{
  const ToastAddress any = loopback(0U);
  IoSocket           server;
  ck_assert_int_eq(io_socket_open(&server, &any, false), JAM_OK);
  Echo           echo   = {.due = JAM_NEVER};
  const IoEngine engine = {&echo, input, output, deadline, tick, NULL};
  IoLoop*        loop   = NULL;
  ck_assert_int_eq(io_loop_start(NULL, &server, 1U, &engine, &loop), JAM_OK);
  const int     before = atomic_load(&echo.ticks);
  const JamTime end    = io_now() + 5 * JAM_SECOND;
  io_loop_wake(loop);
  while (atomic_load(&echo.ticks) < before + 1 && io_now() < end) {
  }
  ck_assert_int_ge(atomic_load(&echo.ticks), before + 1);
  io_loop_stop(loop);
  io_socket_close(&server);
}

END_TEST

// The traffic class of the next datagram, -1 if none comes
static int class_of_next(const int fd)
{
  _Alignas(struct cmsghdr) uint8_t control[128];
  uint8_t                          data[64];
  struct iovec                     room    = {data, sizeof(data)};
  struct msghdr                    message = {0};
  const JamTime                    end     = io_now() + 5 * JAM_SECOND;
  ssize_t                          got     = -1;
  message.msg_iov                          = &room;
  message.msg_iovlen                       = 1;
  while (got < 0 && io_now() < end) {
    message.msg_control    = control;
    message.msg_controllen = sizeof(control);
    got                    = recvmsg(fd, &message, 0);
  }
  int value = -1;
  for (struct cmsghdr* head = CMSG_FIRSTHDR(&message); got >= 0 && head;
       head                 = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_TOS) {
      value = *CMSG_DATA(head);
    }
    if (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_TCLASS) {
      memcpy(&value, CMSG_DATA(head), sizeof(value));
    }
  }
  return value;
}

static void check_class(const ToastAddress* const from,
                        const ToastAddress* const to,
                        const bool                v6)
{
  const int on = 1;
  IoSocket  sender;
  IoSocket  receiver;
  if (io_socket_open(&receiver, to, true) != JAM_OK) {
    return; // No IPv6 here
  }
  ck_assert_int_eq(io_socket_open(&sender, from, false), JAM_OK);
  ck_assert_int_eq(setsockopt(receiver.fd,
                              v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                              v6 ? IPV6_RECVTCLASS : IP_RECVTOS,
                              &on,
                              sizeof(on)),
                   0);
  io_socket_send(&sender, 1U, &receiver.address, (const uint8_t*)"jam", 3U);
  ck_assert_int_eq(class_of_next(receiver.fd), 46 << 2); // EF
  io_socket_close(&sender);
  io_socket_close(&receiver);
}

START_TEST(datagrams_leave_marked_for_low_delay)
{
  const ToastAddress v4 = loopback(0U);
  ToastAddress       v6 = {{0}, 0U};
  v6.ip[15]             = 1U;
  check_class(&v4, &v4, false);
  check_class(&v6, &v6, true);
  check_class(NULL, &v4, false); // One socket that speaks both
  check_class(NULL, &v6, true);
}

END_TEST

static JamTime
paced(IoPace* const pace, const unsigned turns, const JamTime behind)
{
  for (unsigned i = 0U; i < turns; ++i) {
    io_pace_turn(pace, pace->at + 100 * JAM_US, behind);
  }
  return pace->wait;
}

START_TEST(a_relay_waits_only_while_it_cannot_keep_up)
{
  IoPace pace = {0};
  ck_assert_int_eq(paced(&pace, 100000U, 0), 0);
  ck_assert_int_eq(paced(&pace, 1U, JAM_SECOND), 0); // One stall is no load
  ck_assert_int_eq(paced(&pace, 10000U, 20 * JAM_US), 0);
  ck_assert_int_eq(paced(&pace, 10000U, 100 * JAM_US), 200 * JAM_US);
  ck_assert_int_eq(paced(&pace, 10000U, 300 * JAM_US), 200 * JAM_US);
  ck_assert_int_eq(paced(&pace, 10000U, 600 * JAM_US), 500 * JAM_US);
  ck_assert_int_eq(paced(&pace, 10000U, 300 * JAM_US), 500 * JAM_US);
  ck_assert_int_eq(paced(&pace, 10000U, 100 * JAM_US), 200 * JAM_US);
  ck_assert_int_eq(paced(&pace, 10000U, 30 * JAM_US), 200 * JAM_US);
  ck_assert_int_eq(paced(&pace, 10000U, 20 * JAM_US), 0);
}

END_TEST

START_TEST(a_relay_is_told_how_old_datagrams_are)
{
  const ToastAddress any = loopback(0U);
  const JamTime      end = io_now() + 5 * JAM_SECOND;
  IoSocket           server;
  IoSocket           client;
  ck_assert_int_eq(io_socket_open(&server, &any, false), JAM_OK);
  ck_assert_int_eq(io_socket_open(&client, &any, false), JAM_OK);
  Echo           echo   = {.due = JAM_NEVER};
  const IoEngine engine = {&echo, input, output, deadline, tick, backlog};
  IoLoop*        loop   = NULL;
  ck_assert_int_eq(io_loop_start(NULL, &server, 1U, &engine, &loop), JAM_OK);
  io_socket_send(&client, 1U, &server.address, (const uint8_t*)"jam", 3U);
  while (atomic_load(&echo.told) < 1 && io_now() < end) {
  }
  ck_assert_int_eq(atomic_load(&echo.told), 1);
  ck_assert_int_eq(io_loop_wait(loop), 0);
  io_loop_stop(loop);
  // Noted by the system when it came, not by us when we looked; it takes a
  // while to begin with that
  JamTime age = 0;
  while (age < 2 * JAM_MS && io_now() < end) {
    ToastAddress from;
    uint8_t      data[8];
    io_socket_send(&client, 1U, &server.address, (const uint8_t*)"jam", 3U);
    for (const JamTime begin = io_now(); io_now() < begin + 3 * JAM_MS;) {
    }
    ck_assert_int_eq(
      io_socket_receive(&server, &from, data, sizeof(data), &age),
      3);
  }
  ck_assert_int_ge(age, 2 * JAM_MS);
  io_socket_close(&client);
  io_socket_close(&server);
}

END_TEST

START_TEST(a_taken_port_is_in_use)
{
  const ToastAddress any = loopback(0U);
  IoSocket           one;
  IoSocket           two;
  ck_assert_int_eq(io_socket_open(&one, &any, false), JAM_OK);
  const ToastAddress same = loopback(one.address.port);
  ck_assert_int_eq(io_socket_open(&two, &same, false), JAM_ERR_IN_USE);
  io_socket_close(&one);
}

END_TEST

START_TEST(an_address_of_another_machine_is_not_found)
{
  ToastAddress other = loopback(0U);
  IoSocket     socket;
  other.ip[12] = 192U;
  other.ip[13] = 0U;
  other.ip[14] = 2U;
  ck_assert_int_eq(io_socket_open(&socket, &other, false), JAM_ERR_NOT_FOUND);
}

END_TEST

START_TEST(numeric_hosts_resolve_without_a_network)
{
  const SessionHost host = {"127.0.0.1", 4460U};
  ToastAddress      found[4];
  unsigned          count = 0U;
  ck_assert_int_eq(io_resolve(&host, found, 4U, &count), JAM_OK);
  ck_assert_uint_eq(count, 1U);
  const ToastAddress expected = loopback(4460U);
  ck_assert_mem_eq(found[0].ip, expected.ip, 16U);
  ck_assert_uint_eq(found[0].port, 4460U);
}

END_TEST

START_TEST(a_host_that_is_not_there_is_not_found)
{
  const SessionHost host = {"nobody.invalid", 4460U};
  ToastAddress      found[4];
  unsigned          count = 0U;
  ck_assert_int_eq(io_resolve(&host, found, 4U, &count), JAM_ERR_NOT_FOUND);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("io_loop");
  TCase* const tests = tcase_create("loop");
  tcase_set_timeout(tests, 30.0);
  tcase_add_test(tests, a_loop_answers_a_datagram);
  tcase_add_test(tests, a_turning_loop_has_a_pulse);
  tcase_add_test(tests, wake_makes_a_sleeping_loop_tick);
  tcase_add_test(tests, datagrams_leave_marked_for_low_delay);
  tcase_add_test(tests, a_relay_waits_only_while_it_cannot_keep_up);
  tcase_add_test(tests, a_relay_is_told_how_old_datagrams_are);
  tcase_add_test(tests, a_taken_port_is_in_use);
  tcase_add_test(tests, an_address_of_another_machine_is_not_found);
  tcase_add_test(tests, numeric_hosts_resolve_without_a_network);
  tcase_add_test(tests, a_host_that_is_not_there_is_not_found);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
