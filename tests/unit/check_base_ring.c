// SPDX-License-Identifier: MIT
// The ring: against a model, across the wrap of its indices, and between two
// threads.

#include "base/rand.h"
#include "base/ring.h"

#include <check.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS 100000U
#define MAX_BODY 40U

static void open_ring(JamRing* const ring, const size_t size)
{
  ck_assert_int_eq(jam_ring_init(ring, NULL, size), JAM_OK);
}

static void preset(JamRing* const ring, const uint32_t index)
{
  atomic_store(&ring->write_index, index);
  atomic_store(&ring->read_index, index);
}

START_TEST(sizes_are_rounded_up_to_powers_of_two)
{
  static const uint32_t sizes[][2] =
    {{1U, 1U}, {2U, 2U}, {3U, 4U}, {64U, 64U}, {65U, 128U}, {1000U, 1024U}};
  for (size_t i = 0U; i < sizeof(sizes) / sizeof(sizes[0]); ++i) {
    JamRing ring;
    open_ring(&ring, sizes[i][0]);
    ck_assert_uint_eq(jam_ring_writable(&ring), sizes[i][1]);
    ck_assert_uint_eq(jam_ring_readable(&ring), 0U);
    jam_ring_deinit(&ring, NULL);
  }
}

END_TEST

START_TEST(sizes_out_of_range_are_refused)
{
  JamRing ring;
  ck_assert_int_eq(jam_ring_init(&ring, NULL, 0U), JAM_ERR_ARGUMENT);
  jam_ring_deinit(&ring, NULL);
  ck_assert_int_eq(jam_ring_init(&ring, NULL, (1U << 30U) + 1U),
                   JAM_ERR_ARGUMENT);
  jam_ring_deinit(&ring, NULL);
  ck_assert_int_eq(jam_ring_init(&ring, NULL, SIZE_MAX), JAM_ERR_ARGUMENT);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(write_to_a_full_ring_is_refused)
{
  JamRing ring;
  open_ring(&ring, 8U);
  ck_assert(!jam_ring_write(&ring, "123456789", 9U));
  ck_assert(jam_ring_write(&ring, "12345678", 8U));
  ck_assert_uint_eq(jam_ring_writable(&ring), 0U);
  ck_assert(!jam_ring_write(&ring, "9", 1U));
  ck_assert(!jam_ring_write(&ring, "9", UINT32_MAX));
  char out[8];
  ck_assert(jam_ring_read(&ring, out, 8U));
  ck_assert_mem_eq(out, "12345678", 8U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(read_of_more_than_there_is_takes_nothing)
{
  JamRing ring;
  char    out[8] = "before";
  open_ring(&ring, 8U);
  ck_assert(!jam_ring_read(&ring, out, 1U));
  ck_assert(jam_ring_write(&ring, "abc", 3U));
  ck_assert(!jam_ring_read(&ring, out, 4U));
  ck_assert(!jam_ring_peek(&ring, out, 4U));
  ck_assert_str_eq(out, "before");
  ck_assert_uint_eq(jam_ring_readable(&ring), 3U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(peek_leaves_the_bytes_and_skip_takes_at_most_all)
{
  JamRing ring;
  char    out[4];
  open_ring(&ring, 8U);
  ck_assert(jam_ring_write(&ring, "abcdef", 6U));
  ck_assert(jam_ring_peek(&ring, out, 3U));
  ck_assert_mem_eq(out, "abc", 3U);
  jam_ring_skip(&ring, 2U);
  ck_assert(jam_ring_peek(&ring, out, 3U));
  ck_assert_mem_eq(out, "cde", 3U);
  jam_ring_skip(&ring, UINT32_MAX);
  ck_assert_uint_eq(jam_ring_readable(&ring), 0U);
  ck_assert_uint_eq(jam_ring_writable(&ring), 8U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(two_pieces_are_written_together_or_not_at_all)
{
  JamRing ring;
  char    out[8];
  open_ring(&ring, 8U);
  ck_assert(!jam_ring_write2(&ring, "head", 4U, "body!", 5U));
  ck_assert(!jam_ring_write2(&ring, "h", UINT32_MAX, "b", UINT32_MAX));
  ck_assert_uint_eq(jam_ring_readable(&ring), 0U);
  ck_assert(jam_ring_write2(&ring, "head", 4U, "body", 4U));
  ck_assert(jam_ring_read(&ring, out, 8U));
  ck_assert_mem_eq(out, "headbody", 8U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(empty_pieces_may_be_null)
{
  JamRing ring;
  open_ring(&ring, 4U);
  ck_assert(jam_ring_write(&ring, NULL, 0U));
  ck_assert(jam_ring_write2(&ring, NULL, 0U, NULL, 0U));
  ck_assert(jam_ring_write2(&ring, NULL, 0U, "ab", 2U));
  ck_assert(jam_ring_read(&ring, NULL, 0U));
  ck_assert(jam_ring_peek(&ring, NULL, 0U));
  ck_assert_uint_eq(jam_ring_readable(&ring), 2U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(a_ring_of_one_byte_works)
{
  JamRing ring;
  char    out = 0;
  open_ring(&ring, 1U);
  for (char c = 'a'; c <= 'z'; ++c) {
    ck_assert(jam_ring_write(&ring, &c, 1U));
    ck_assert(!jam_ring_write(&ring, &c, 1U));
    ck_assert(jam_ring_read(&ring, &out, 1U));
    ck_assert_int_eq(out, c);
  }
  jam_ring_deinit(&ring, NULL);
}

END_TEST

START_TEST(a_full_ring_across_the_wrap_of_its_indices_is_full)
{
  JamRing ring;
  char    out[16];
  open_ring(&ring, 16U);
  preset(&ring, UINT32_MAX - 6U);
  ck_assert_uint_eq(jam_ring_writable(&ring), 16U);
  ck_assert(jam_ring_write(&ring, "0123456789abcdef", 16U));
  ck_assert_uint_eq(jam_ring_writable(&ring), 0U);
  ck_assert_uint_eq(jam_ring_readable(&ring), 16U);
  ck_assert(jam_ring_read(&ring, out, 16U));
  ck_assert_mem_eq(out, "0123456789abcdef", 16U);
  ck_assert_uint_eq(jam_ring_readable(&ring), 0U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

// The model: a plain queue that moves its bytes to the front.
typedef struct Model {
  uint8_t  bytes[256];
  uint32_t size;
} Model;

static bool model_write(Model* const         model,
                        const uint32_t       capacity,
                        const uint8_t* const data,
                        const uint32_t       size)
{
  if (size > capacity - model->size) {
    return false;
  }
  memcpy(model->bytes + model->size, data, size);
  model->size += size;
  return true;
}

static void model_skip(Model* const model, const uint32_t size)
{
  const uint32_t taken = size < model->size ? size : model->size;
  memmove(model->bytes, model->bytes + taken, model->size - taken);
  model->size -= taken;
}

static bool same_step(JamRing* const ring,
                      Model* const   model,
                      const uint32_t capacity,
                      JamRand* const rand)
{
  uint8_t        data[192];
  const uint32_t size = jam_rand_below(rand, capacity + capacity / 4U + 2U);
  for (uint32_t i = 0U; i < size; ++i) {
    data[i] = (uint8_t)jam_rand_u32(rand);
  }
  const uint32_t head = jam_rand_below(rand, size + 1U);
  const bool     have = size <= model->size;
  bool           same = false;
  switch (jam_rand_below(rand, 5U)) {
  case 0U:
    return jam_ring_write(ring, data, size) ==
           model_write(model, capacity, data, size);
  case 1U:
    return jam_ring_write2(ring, data, head, data + head, size - head) ==
           model_write(model, capacity, data, size);
  case 2U:
    same = jam_ring_read(ring, data, size) == have &&
           (!have || memcmp(data, model->bytes, size) == 0);
    model_skip(model, have ? size : 0U);
    return same;
  case 3U:
    return jam_ring_peek(ring, data, size) == have &&
           (!have || memcmp(data, model->bytes, size) == 0);
  default:
    jam_ring_skip(ring, size / 4U);
    model_skip(model, size / 4U);
    return true;
  }
}

START_TEST(random_operations_agree_with_a_queue)
{
  for (unsigned seed = 0U; seed < 60U; ++seed) {
    JamRand        rand;
    JamRing        ring;
    Model          model    = {{0}, 0U};
    const uint32_t capacity = 1U << (seed % 8U);
    jam_rand_init(&rand, seed, 0U);
    open_ring(&ring, capacity);
    // Every other one crosses the wrap of the indices soon
    preset(&ring, seed % 2U ? UINT32_MAX - jam_rand_below(&rand, 3000U) : 0U);
    for (unsigned i = 0U; i < 3000U; ++i) {
      if (!same_step(&ring, &model, capacity, &rand) ||
          jam_ring_readable(&ring) != model.size ||
          jam_ring_writable(&ring) != capacity - model.size) {
        ck_abort_msg("seed %u, step %u", seed, i);
      }
    }
    jam_ring_deinit(&ring, NULL);
  }
}

END_TEST

// Between threads: numbered records of changing length, whose bytes all follow
// from the number.
typedef struct Header {
  uint32_t number;
  uint32_t size;
} Header;

static uint32_t body_size(const uint32_t number)
{
  return (number * 2654435761U >> 16U) % MAX_BODY;
}

static void* write_records(void* const context)
{
  JamRing* const ring = (JamRing*)context;
  for (uint32_t number = 0U; number < RECORDS; ++number) {
    const Header header = {number, body_size(number)};
    uint8_t      body[MAX_BODY];
    memset(body, (int)(number & 255U), sizeof(body));
    while (!jam_ring_write2(ring, &header, sizeof(header), body, header.size)) {
      (void)sched_yield();
    }
  }
  return NULL;
}

static bool read_record(JamRing* const ring, const uint32_t number)
{
  Header header;
  while (!jam_ring_read(ring, &header, sizeof(header))) {
    (void)sched_yield();
  }
  // The body came with its header, in one transaction
  uint8_t body[MAX_BODY];
  if (header.number != number || header.size != body_size(number) ||
      !jam_ring_read(ring, body, header.size)) {
    return false;
  }
  for (uint32_t i = 0U; i < header.size; ++i) {
    if (body[i] != (uint8_t)number) {
      return false;
    }
  }
  return true;
}

START_TEST(records_pass_between_threads_whole_and_in_order)
{
  JamRing   ring;
  pthread_t writer;
  open_ring(&ring, 128U);
  preset(&ring, UINT32_MAX - RECORDS);
  ck_assert_int_eq(pthread_create(&writer, NULL, write_records, &ring), 0);
  for (uint32_t number = 0U; number < RECORDS; ++number) {
    if (!read_record(&ring, number)) {
      ck_abort_msg("record %u", number);
    }
  }
  ck_assert_int_eq(pthread_join(writer, NULL), 0);
  ck_assert_uint_eq(jam_ring_readable(&ring), 0U);
  jam_ring_deinit(&ring, NULL);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base ring");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, sizes_are_rounded_up_to_powers_of_two);
  tcase_add_test(tests, sizes_out_of_range_are_refused);
  tcase_add_test(tests, write_to_a_full_ring_is_refused);
  tcase_add_test(tests, read_of_more_than_there_is_takes_nothing);
  tcase_add_test(tests, peek_leaves_the_bytes_and_skip_takes_at_most_all);
  tcase_add_test(tests, two_pieces_are_written_together_or_not_at_all);
  tcase_add_test(tests, empty_pieces_may_be_null);
  tcase_add_test(tests, a_ring_of_one_byte_works);
  tcase_add_test(tests, a_full_ring_across_the_wrap_of_its_indices_is_full);
  tcase_add_test(tests, random_operations_agree_with_a_queue);
  tcase_add_test(tests, records_pass_between_threads_whole_and_in_order);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
