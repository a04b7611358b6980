// SPDX-License-Identifier: MIT
// Sessions over a good and a bad network: opening, frames, order, ending.

#include "unit/check_toast_pipe.h"

static uint32_t word_of(const Pipe* const    pipe,
                        const unsigned       end,
                        const ToastFrameKind kind,
                        unsigned             nth)
{
  for (unsigned i = 0U; i < pipe->event_count[end]; ++i) {
    const PipeEvent* const event = &pipe->events[end][i];
    if (event->kind == TOAST_EVENT_FRAME && event->frame == kind &&
        nth-- == 0U) {
      return event->word;
    }
  }
  return UINT32_MAX;
}

static ToastReason reason_of(const Pipe* const pipe, const unsigned end)
{
  for (unsigned i = 0U; i < pipe->event_count[end]; ++i) {
    if (pipe->events[end][i].kind == TOAST_EVENT_CLOSED) {
      return pipe->events[end][i].reason;
    }
  }
  return (ToastReason)0;
}

START_TEST(both_sides_open_after_one_and_a_half_round_trips)
{
  Pipe* const pipe = pipe_new(1U);
  (void)pipe_dial(pipe);
  pipe_run(pipe, 20 * JAM_MS);
  ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_OPEN), 1U);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), 0U);
  pipe_run(pipe, 10 * JAM_MS);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), 1U);
  pipe_free(pipe);
}

END_TEST

START_TEST(every_kind_of_frame_arrives_as_sent)
{
  Pipe* const  pipe = pipe_new(2U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  for (unsigned end = 0U; end < 2U; ++end) {
    for (int kind = TOAST_FRAME_MEDIA; kind <= TOAST_FRAME_EVENT; ++kind) {
      ck_assert_int_eq(pipe_send(pipe,
                                 end,
                                 s[end],
                                 (ToastFrameKind)kind,
                                 1000U + (unsigned)kind,
                                 60U),
                       JAM_OK);
    }
  }
  pipe_run(pipe, 100 * JAM_MS);
  for (unsigned end = 0U; end < 2U; ++end) {
    for (int kind = TOAST_FRAME_MEDIA; kind <= TOAST_FRAME_EVENT; ++kind) {
      ck_assert_uint_eq(pipe_frames(pipe, end, (ToastFrameKind)kind), 1U);
      ck_assert_uint_eq(word_of(pipe, end, (ToastFrameKind)kind, 0U),
                        1000U + (unsigned)kind);
    }
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(closing_tells_both_sides)
{
  Pipe* const  pipe = pipe_new(3U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  toast_close(pipe->ends[0], pipe_local(pipe, 0U, pipe->now), s[0]);
  pipe_run(pipe, 100 * JAM_MS);
  ck_assert_int_eq(reason_of(pipe, 0U), TOAST_REASON_LOCAL);
  ck_assert_int_eq(reason_of(pipe, 1U), TOAST_REASON_PEER);
  pipe_free(pipe);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_session");
  TCase* const tcase = tcase_create("session");
  tcase_add_test(tcase, both_sides_open_after_one_and_a_half_round_trips);
  tcase_add_test(tcase, every_kind_of_frame_arrives_as_sent);
  tcase_add_test(tcase, closing_tells_both_sides);
  suite_add_tcase(suite, tcase);
  return pipe_main(suite);
}
