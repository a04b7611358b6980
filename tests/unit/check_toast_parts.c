// SPDX-License-Identifier: MIT
// The small parts of a session: random bytes, replay window, queue, timers,
// control messages, path measures. Each against a plain model where it has one.

#include "toast/budget.h"
#include "toast/bulk.h"
#include "toast/drbg.h"
#include "toast/inbox.h"
#include "toast/outbox.h"
#include "toast/path.h"
#include "toast/queue.h"
#include "toast/repair.h"
#include "toast/timers.h"
#include "toast/window.h"

#include <base/rand.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(draws_depend_on_the_seed_alone_and_never_repeat)
{
  uint8_t   seed[32] = {1};
  uint8_t   a[64];
  uint8_t   b[64];
  uint8_t   before[64];
  ToastDrbg one;
  ToastDrbg two;
  toast_drbg_init(&one, seed);
  toast_drbg_init(&two, seed);
  memset(before, 0, sizeof(before));
  for (int i = 0; i < 100; ++i) {
    toast_drbg_draw(&one, a, sizeof(a));
    toast_drbg_draw(&two, b, sizeof(b));
    ck_assert_mem_eq(a, b, sizeof(a));
    ck_assert_int_ne(memcmp(a, before, sizeof(a)), 0);
    memcpy(before, a, sizeof(a));
  }
  seed[31] = 1U;
  toast_drbg_init(&two, seed);
  toast_drbg_draw(&two, b, sizeof(b));
  ck_assert_int_ne(memcmp(a, b, sizeof(a)), 0);
}

END_TEST

START_TEST(window_agrees_with_a_plain_list)
{
  static bool seen[200000];
  ToastWindow window;
  JamRand     rand;
  uint32_t    top = 0U;
  memset(&window, 0, sizeof(window));
  memset(seen, 0, sizeof(seen));
  jam_rand_init(&rand, 5U, 1U);
  for (int i = 0; i < 100000; ++i) {
    // Now and then a jump past the whole ring
    const uint32_t step = jam_rand_below(&rand, 1000U) == 0U ? 5000U : 4U;
    const uint32_t base = top + jam_rand_below(&rand, step);
    const uint32_t back = jam_rand_below(&rand, 3000U);
    const uint32_t number =
      jam_rand_below(&rand, 2U) && base > back ? base - back : base;
    if (number >= sizeof(seen)) {
      break;
    }
    const bool fresh =
      !seen[number] && (number >= top || top - number <= 2048U);
    ck_assert_int_eq(toast_window_take(&window, number), fresh);
    seen[number] = true;
    top          = number >= top ? number + 1U : top;

    uint64_t bitmap = 0U;
    for (uint32_t k = 0U; k < 64U && k + 1U < top; ++k) {
      bitmap |= (uint64_t)seen[top - 2U - k] << (63U - k);
    }
    ck_assert_uint_eq(toast_window_bitmap(&window), bitmap);
  }
}

END_TEST

START_TEST(window_ends_before_numbers_wrap)
{
  ToastWindow window;
  memset(&window, 0, sizeof(window));
  ck_assert(toast_window_take(&window, UINT32_MAX - 1U));
  ck_assert(!toast_window_take(&window, UINT32_MAX - 1U));
  ck_assert(!toast_window_take(&window, UINT32_MAX));
  ck_assert(!toast_window_take(&window, 0U));
  ck_assert(toast_window_take(&window, UINT32_MAX - 2048U));
}

END_TEST

START_TEST(queue_gives_back_what_went_in)
{
  ToastQueueFrame frames[20];
  uint8_t         room[4000];
  ToastQueue      queue;
  JamRand         rand;
  uint32_t        in  = 0U;
  uint32_t        out = 0U;
  memset(&queue, 0, sizeof(queue));
  queue.data     = room;
  queue.capacity = sizeof(room);
  queue.frames   = frames;
  queue.most     = 20U;
  jam_rand_init(&rand, 6U, 1U);
  for (int i = 0; i < 50000; ++i) {
    const uint32_t size = 4U + jam_rand_below(&rand, 600U);
    if (jam_rand_below(&rand, 2U)) {
      uint8_t* const place = toast_queue_push(&queue, i, size);
      if (place) {
        ck_assert(place >= room && place + size <= room + sizeof(room));
        memset(place, (int)(in & 0xffU), size);
        memcpy(place, &in, sizeof(in));
        ++in;
      }
    } else if (out < in) {
      uint32_t             got   = 0U;
      const uint8_t* const frame = toast_queue_front(&queue, &got);
      ck_assert_ptr_nonnull(frame);
      ck_assert_mem_eq(frame, &out, sizeof(out));
      uint8_t wanted[604];
      memset(wanted, (int)(out & 0xffU), sizeof(wanted));
      ck_assert_mem_eq(frame + 4, wanted, got - 4U);
      toast_queue_pop(&queue);
      ++out;
    } else {
      uint32_t got = 0U;
      ck_assert_ptr_null(toast_queue_front(&queue, &got));
    }
  }
  ck_assert_uint_gt(out, 10000U);
  ck_assert_ptr_null(toast_queue_push(&queue, 0, sizeof(room) + 1U));
}

END_TEST

START_TEST(timers_come_in_order)
{
  enum { SLOTS = 97 };

  JamTime     model[SLOTS];
  ToastTimers timers;
  JamRand     rand;
  jam_rand_init(&rand, 7U, 1U);
  ck_assert_int_eq(toast_timers_init(&timers, NULL, SLOTS), JAM_OK);
  for (int i = 0; i < SLOTS; ++i) {
    model[i] = JAM_NEVER;
  }
  for (int i = 0; i < 20000; ++i) {
    const uint16_t slot = (uint16_t)jam_rand_below(&rand, SLOTS);
    const JamTime  at =
      jam_rand_below(&rand, 5U) ? jam_rand_below(&rand, 1000U) : JAM_NEVER;
    if (jam_rand_below(&rand, 3U)) {
      toast_timers_set(&timers, slot, at);
      model[slot] = at;
    } else {
      toast_timers_lower(&timers, slot, at);
      model[slot] = at < model[slot] ? at : model[slot];
    }
    JamTime least = JAM_NEVER;
    for (int k = 0; k < SLOTS; ++k) {
      least = model[k] < least ? model[k] : least;
    }
    uint16_t first = 0U;
    ck_assert_int_eq(toast_timers_next(&timers, &first), least);
    if (least != JAM_NEVER) {
      ck_assert_int_eq(model[first], least);
    }
  }
  toast_timers_deinit(&timers, NULL);
}

END_TEST

static ToastOutbox* outbox_new(void)
{
  ToastOutbox* const outbox = (ToastOutbox*)calloc(1U, sizeof(*outbox));
  outbox->data = (uint8_t(*)[TOAST_MAX_EVENT])calloc(TOAST_WIRE_EVENT_WINDOW,
                                                     TOAST_MAX_EVENT);
  outbox->force_at = JAM_NEVER;
  return outbox;
}

static void outbox_free(ToastOutbox* const outbox)
{
  free(outbox->data);
  free(outbox);
}

START_TEST(a_message_rides_in_spaced_packets)
{
  ToastOutbox* const outbox = outbox_new();
  uint8_t            out[100];
  const uint8_t      text[3] = {1, 2, 3};
  uint64_t           packets = 0U;
  ck_assert(toast_outbox_push(outbox, 0, text, sizeof(text)));
  for (uint32_t n = 0U; n < 40U; ++n) { // One packet each millisecond
    const JamTime now = n * JAM_MS;
    if (toast_outbox_write(outbox, now, 100U + n, out, sizeof(out))) {
      packets |= UINT64_C(1) << n;
    }
  }
  // n, n + 2, n + 5, n + 9, then 20 ms later
  ck_assert_uint_eq(packets,
                    1U | (1U << 2U) | (1U << 5U) | (1U << 9U) | (1U << 29U));
  outbox_free(outbox);
}

END_TEST

START_TEST(a_lone_message_is_repeated_by_time)
{
  ToastOutbox* const outbox = outbox_new();
  uint8_t            out[100];
  const uint8_t      text[1]    = {1};
  static const int   times_ms[] = {0, 3, 7, 11, 31, 51, 91, 171, 271, 371};
  ck_assert(toast_outbox_push(outbox, 0, text, sizeof(text)));
  for (unsigned i = 0U; i < sizeof(times_ms) / sizeof(times_ms[0]); ++i) {
    const JamTime now = outbox->force_at;
    ck_assert_int_eq(now, times_ms[i] * JAM_MS);
    ck_assert_uint_gt(toast_outbox_write(outbox, now, i, out, sizeof(out)), 0U);
  }
  toast_outbox_ack(outbox, 1U, 0U);
  ck_assert(!toast_outbox_waits(outbox));
  ck_assert_int_eq(outbox->force_at, JAM_NEVER);
  outbox_free(outbox);
}

END_TEST

// Fails without: the window (outbox.c: push), or the range of what an
// acknowledgement may name (outbox.c: ack)
START_TEST(acknowledgements_of_nothing_are_ignored)
{
  ToastOutbox* const outbox  = outbox_new();
  const uint8_t      text[1] = {1};
  outbox->oldest             = 65530U; // Ids wrap on the way
  outbox->next               = 65530U;
  for (unsigned i = 0U; i < TOAST_WIRE_EVENT_WINDOW; ++i) {
    ck_assert(toast_outbox_push(outbox, 0, text, 1U));
  }
  ck_assert(!toast_outbox_push(outbox, 0, text, 1U));
  toast_outbox_ack(outbox, 65529U, UINT64_MAX);
  toast_outbox_ack(outbox, (uint16_t)(65530U + 65U), UINT64_MAX);
  ck_assert_uint_eq(outbox->oldest, 65530U);
  toast_outbox_ack(outbox, 65531U, 2U); // The first, and the fourth
  ck_assert_uint_eq(outbox->oldest, 65531U);
  toast_outbox_ack(outbox, 65530U, 3U); // Late: the second and third
  ck_assert_uint_eq(outbox->oldest, 65531U);
  toast_outbox_ack(outbox, 65531U, 1U); // The third
  toast_outbox_ack(outbox, 65532U, 0U); // Up to the second: 3 and 4 were there
  ck_assert_uint_eq(outbox->oldest, 65534U);
  toast_outbox_ack(outbox, (uint16_t)(65530U + 64U), 0U);
  ck_assert(!toast_outbox_waits(outbox));
  outbox_free(outbox);
}

END_TEST

// Writes the head of a fragment and gives its size, 0 if it is not valid
static size_t fragment(uint8_t* const frame,
                       const uint16_t id,
                       const uint8_t  index,
                       const uint8_t  count,
                       const uint16_t size)
{
  frame[0] = TOAST_WIRE_FRAME_FRAGMENT;
  toast_put16(frame + 1, id);
  frame[3] = index;
  frame[4] = count;
  toast_put16(frame + 5, size);
  return toast_bulk_frame_size(frame, TOAST_WIRE_FRAGMENT_HEAD + size);
}

// Fails without: one of the limits (bulk.c: frame_size), one message at a time
// or its first count (bulk.c: take)
START_TEST(fragments_of_a_liar_take_no_room)
{
  static uint8_t frame[1100];
  static uint8_t room[TOAST_MAX_BULK];
  const uint16_t full = TOAST_WIRE_FRAGMENT;
  ToastBulkIn    in   = {.data = room};
  ck_assert_uint_eq(fragment(frame, 0U, 16U, 17U, 1U), 0U);
  ck_assert_uint_eq(fragment(frame, 0U, 2U, 2U, full), 0U);
  ck_assert_uint_eq(fragment(frame, 0U, 16U, 16U, full), 0U);
  ck_assert_uint_eq(fragment(frame, 0U, 255U, 0U, 1U), 0U);

  ck_assert(!toast_bulk_take(&in, frame, fragment(frame, 0U, 0U, 2U, full)));
  ck_assert(!toast_bulk_take(&in, frame, fragment(frame, 1U, 1U, 2U, 5U)));
  ck_assert(!toast_bulk_take(&in, frame, fragment(frame, 0U, 2U, 3U, 7U)));
  ck_assert(!toast_bulk_take(&in, frame, fragment(frame, 0U, 1U, 3U, full)));
  ck_assert_uint_eq(in.have, 1U);
  ck_assert_uint_eq(in.acked_id, 0U);
  ck_assert_uint_eq(in.acked, 1U);
  ck_assert(toast_bulk_take(&in, frame, fragment(frame, 0U, 1U, 2U, 5U)));
  ck_assert_uint_eq(in.size, full + 5U);
}

END_TEST

// A message over a path that loses, doubles and turns round its fragments
START_TEST(fragments_become_the_message_again)
{
  static uint8_t rooms[3][TOAST_MAX_BULK];
  JamRand        rand;
  jam_rand_init(&rand, 8U, 1U);
  ToastBulkOut out = {.data = rooms[0], .force_at = JAM_NEVER, .id = 65530U};
  ToastBulkIn  in  = {.data = rooms[1], .id = 65530U};
  JamTime      now = 0;
  for (unsigned message = 0U; message < 300U; ++message) {
    const size_t size = 1U + jam_rand_below(&rand, TOAST_MAX_BULK);
    for (size_t i = 0U; i < size; ++i) {
      rooms[2][i] = (uint8_t)jam_rand_u32(&rand);
    }
    ck_assert(toast_bulk_push(&out, now, rooms[2], size));
    ck_assert(!toast_bulk_push(&out, now, rooms[2], size));
    unsigned complete = 0U;
    uint8_t  held[1100];
    size_t   held_size = 0U;
    while (out.size > 0U) {
      uint8_t      frame[1100];
      const size_t due = toast_bulk_due(&out, now, 100);
      if (due == 0U) {
        toast_bulk_wait(&out, 100);
        ck_assert_int_gt(out.force_at, now);
        now = out.force_at;
        continue;
      }
      ck_assert_uint_eq(toast_bulk_write(&out, now, 100, frame), due);
      ck_assert_uint_eq(toast_bulk_frame_size(frame, due), due);
      if (held_size > 0U && jam_rand_below(&rand, 4U) == 0U) {
        complete += toast_bulk_take(&in, held, held_size);
      }
      if (jam_rand_below(&rand, 3U) > 0U) {
        complete += toast_bulk_take(&in, frame, due);
      }
      memcpy(held, frame, due);
      held_size = due;
      if (jam_rand_below(&rand, 3U) > 0U) {
        toast_bulk_ack(&out, in.acked_id, in.acked);
      }
    }
    ck_assert_uint_eq(complete, 1U);
    ck_assert_uint_eq(in.size, size);
    ck_assert_mem_eq(rooms[1], rooms[2], size);
    ck_assert_int_eq(out.force_at, JAM_NEVER);
  }
}

END_TEST

START_TEST(a_budget_leaves_repair_the_rest_and_bulk_its_share)
{
  ToastBudget budget = {0};
  toast_budget_fill(&budget, JAM_SECOND);
  ck_assert(toast_budget_repairs(&budget, 100000U)); // No limit is known
  ck_assert_int_eq(toast_budget_bulk_at(&budget, 1200U), JAM_SECOND);
  toast_budget_take_bulk(&budget, 1000U); // 8 ms at 125 kB/s
  ck_assert_int_eq(toast_budget_bulk_at(&budget, 1200U),
                   JAM_SECOND + 8 * JAM_MS + 1);

  toast_budget_set(&budget, JAM_SECOND, 200000U);
  uint64_t repair = 0U;
  uint64_t bulk   = 0U;
  for (int ms = 1; ms <= 10000; ++ms) { // 150 of the 200 kB/s are media
    const JamTime now = JAM_SECOND + ms * JAM_MS;
    toast_budget_fill(&budget, now);
    toast_budget_spend(&budget, 150U);
    if (toast_budget_repairs(&budget, 150U)) {
      toast_budget_spend(&budget, 150U);
      repair += 150U;
    }
    if (toast_budget_bulk_at(&budget, 1000U) <= now) {
      toast_budget_take_bulk(&budget, 1000U);
      toast_budget_spend(&budget, 1000U);
      bulk += 1000U;
    }
  }
  ck_assert_uint_ge(repair + bulk, 490000U);
  ck_assert_uint_le(repair + bulk, 510000U);
  ck_assert_uint_ge(bulk, 39000U); // A 50th
  ck_assert_uint_gt(repair, 400000U);
}

END_TEST

START_TEST(repair_finds_the_frame_before_or_none)
{
  static uint8_t        room[TOAST_REPAIR_ROOM];
  static ToastSentFrame sent[TOAST_REPAIR_FRAMES];
  ToastRepairs          repairs = {.data = room, .sent = sent};
  uint8_t               frame[1200];
  size_t                size   = 0U;
  unsigned              repair = 0U;
  toast_repairs_set(&repairs, 4U);
  for (uint32_t i = 0U; i < 5000U; ++i) {
    const uint16_t seq    = (uint16_t)(65000U + i);
    const uint16_t handle = (uint16_t)(i % 3U);
    memset(frame, (int)(i & 0xffU), sizeof(frame));
    frame[0] = TOAST_WIRE_FRAME_MEDIA;
    toast_put16(frame + 1, handle);
    toast_put16(frame + 3, seq);
    toast_repairs_note(&repairs, i, frame, 100U + i % 1000U);
    const uint8_t* const again = toast_repairs_front(&repairs, i, &size);
    // A stream's numbers come in steps of one: here every third is another's
    ck_assert_ptr_null(again);
  }
  for (uint32_t i = 0U; i < 5000U; ++i) {
    for (uint16_t handle = 1U; handle <= 3U; ++handle) {
      memset(frame, (int)(i & 0xffU), sizeof(frame));
      frame[0] = TOAST_WIRE_FRAME_MEDIA;
      toast_put16(frame + 1, handle);
      toast_put16(frame + 3, (uint16_t)(i + 65000U));
      toast_repairs_note(&repairs,
                         10000U + i,
                         frame,
                         100U + (i + handle) % 900U);
    }
    const uint8_t* again = NULL;
    while ((again = toast_repairs_front(&repairs, 10000U + i, &size))) {
      const uint16_t handle = toast_get16(again + 1);
      ck_assert_uint_eq(toast_get16(again + 3), (uint16_t)(i + 64996U));
      ck_assert_uint_eq(size, 100U + (i - 4U + handle) % 900U);
      ck_assert_uint_eq(again[size - 1U], (i - 4U) & 0xffU);
      toast_repairs_pop(&repairs);
      ++repair;
    }
  }
  ck_assert_uint_eq(repair, 3U * 4996U);
}

END_TEST

START_TEST(path_counts_what_never_came)
{
  ToastPath path;
  memset(&path, 0, sizeof(path));
  // 1000 numbers a second; each tenth lost; one comes half a second late
  uint32_t expected = 0U;
  for (uint32_t n = 0U; n < 10000U; ++n) {
    const JamTime now = n * JAM_MS;
    if (n == 1500U) {
      toast_path_arrival(&path, now, expected, 1010U, 100U);
    }
    if (n % 10U != 0U) {
      toast_path_arrival(&path, now, expected, n, 100U);
      expected = n + 1U;
    }
  }
  ck_assert_uint_eq(path.reordered, 1U);
  // Known up to about 3 s before the end
  ck_assert_uint_ge(path.lost, 699U);
  ck_assert_uint_le(path.lost, 800U);
}

END_TEST

START_TEST(jitter_is_the_95th_percentile)
{
  static const int64_t tops_us[] = {100, 1000, 5000, 30000, 200000};
  for (unsigned i = 0U; i < sizeof(tops_us) / sizeof(tops_us[0]); ++i) {
    ToastPath path;
    memset(&path, 0, sizeof(path));
    ck_assert_int_eq(toast_path_jitter(&path), 0);
    for (int64_t k = 0; k < 10000; ++k) {
      toast_path_delay(&path, k * tops_us[i] / 10000);
    }
    const double wanted = 0.95 * (double)tops_us[i];
    const double got    = (double)toast_path_jitter(&path) / 1000.0;
    ck_assert_double_ge(got, wanted * 0.85);
    ck_assert_double_le(got, wanted * 1.15);
  }
}

END_TEST

START_TEST(peer_loss_covers_the_last_second)
{
  ToastPath path;
  memset(&path, 0, sizeof(path));
  ck_assert_double_eq(toast_path_peer_loss(&path), 0.0);
  for (uint32_t n = 0U; n < 500U; ++n) { // Each 20 ms: 15 sent, 3 missed
    toast_path_feedback(&path, n * 20 * JAM_MS, n * 15U, n * 3U);
  }
  ck_assert_double_eq_tol(toast_path_peer_loss(&path), 0.2, 0.001);
  for (uint32_t n = 500U; n < 570U; ++n) { // Then none
    toast_path_feedback(&path, n * 20 * JAM_MS, n * 15U, 499U * 3U);
  }
  ck_assert_double_eq(toast_path_peer_loss(&path), 0.0);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_parts");
  TCase* const tcase = tcase_create("parts");
  tcase_set_timeout(tcase, 60.0);
  tcase_add_test(tcase, draws_depend_on_the_seed_alone_and_never_repeat);
  tcase_add_test(tcase, window_agrees_with_a_plain_list);
  tcase_add_test(tcase, window_ends_before_numbers_wrap);
  tcase_add_test(tcase, queue_gives_back_what_went_in);
  tcase_add_test(tcase, timers_come_in_order);
  tcase_add_test(tcase, a_message_rides_in_spaced_packets);
  tcase_add_test(tcase, a_lone_message_is_repeated_by_time);
  tcase_add_test(tcase, acknowledgements_of_nothing_are_ignored);
  tcase_add_test(tcase, fragments_of_a_liar_take_no_room);
  tcase_add_test(tcase, fragments_become_the_message_again);
  tcase_add_test(tcase, a_budget_leaves_repair_the_rest_and_bulk_its_share);
  tcase_add_test(tcase, repair_finds_the_frame_before_or_none);
  tcase_add_test(tcase, path_counts_what_never_came);
  tcase_add_test(tcase, jitter_is_the_95th_percentile);
  tcase_add_test(tcase, peer_loss_covers_the_last_second);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
