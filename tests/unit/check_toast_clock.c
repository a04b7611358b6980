// SPDX-License-Identifier: MIT
// The clock estimate over simulated paths, through whole sessions and alone.

#include "toast/clock.h"

#include "unit/check_toast_pipe.h"

// Both send media each 2 ms for a while, as players do
static void play(Pipe* const pipe, const ToastSession s[2], const JamTime span)
{
  for (JamTime t = 0; t < span; t += 2 * JAM_MS) {
    for (unsigned end = 0U; end < 2U; ++end) {
      ck_assert_int_eq(pipe_send(pipe, end, s[end], TOAST_FRAME_MEDIA, 1U, 60U),
                       JAM_OK);
    }
    pipe_run(pipe, 2 * JAM_MS);
    pipe->event_count[0] = 0U;
    pipe->event_count[1] = 0U;
  }
}

// How far end's idea of the other's clock is off now, ns
static double
clock_error(const Pipe* const pipe, const ToastSession s[2], const unsigned end)
{
  ToastClock clock;
  ck_assert(toast_clock(pipe->ends[end], s[end], &clock));
  ck_assert(clock.valid);
  const JamTime own  = pipe_local(pipe, end, pipe->now);
  const JamTime peer = pipe_local(pipe, 1U - end, pipe->now);
  // There and back is the same
  ck_assert_int_le(
    llabs(toast_clock_from_peer(&clock, toast_clock_to_peer(&clock, own)) -
          own),
    1000);
  return (double)(toast_clock_to_peer(&clock, own) - peer);
}

START_TEST(a_quiet_path_is_exact_after_the_first_echo)
{
  Pipe* const  pipe = pipe_new(1U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  pipe_run(pipe, 100 * JAM_MS);
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_double_le(fabs(clock_error(pipe, s, end)), 2000.0);
  }
  play(pipe, s, 10 * JAM_SECOND);
  for (unsigned end = 0U; end < 2U; ++end) {
    ToastClock clock;
    ck_assert(toast_clock(pipe->ends[end], s[end], &clock));
    ck_assert_double_le(fabs(clock_error(pipe, s, end)), 2000.0);
    ck_assert_double_le(fabs(clock.skew), 1e-7);
    ck_assert_int_eq(clock.min_rtt / JAM_US, 20000);
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(skew_is_found_on_a_quiet_path)
{
  Pipe* const  pipe = pipe_new(2U);
  ToastSession s[2];
  pipe->clock_ppm[0] = -80.0;
  pipe->clock_ppm[1] = 60.0;
  pipe_connect(pipe, s);
  play(pipe, s, 12 * JAM_SECOND);
  for (unsigned end = 0U; end < 2U; ++end) {
    ToastClock   clock;
    const double sign = end == 0U ? 1.0 : -1.0;
    ck_assert(toast_clock(pipe->ends[end], s[end], &clock));
    ck_assert_double_eq_tol(clock.skew * 1e6, sign * 140.0, 0.5);
    ck_assert_double_le(fabs(clock_error(pipe, s, end)), 5000.0);
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(jitter_and_loss_leave_less_than_300_us)
{
  for (uint64_t seed = 1U; seed <= 6U; ++seed) {
    Pipe* const  pipe = pipe_new(seed);
    ToastSession s[2];
    pipe_connect(pipe, s);
    pipe->jitter       = 5 * JAM_MS;
    pipe->fifo         = true;
    pipe->loss         = 0.02;
    pipe->clock_ppm[0] = 40.0;
    pipe->clock_ppm[1] = -30.0;
    play(pipe, s, 10 * JAM_SECOND);
    for (unsigned end = 0U; end < 2U; ++end) {
      ToastClock clock;
      ck_assert(toast_clock(pipe->ends[end], s[end], &clock));
      ck_assert_double_le(fabs(clock_error(pipe, s, end)), 300e3);
      ck_assert_int_gt(clock.error, 0);
      ck_assert_int_lt(clock.error, 2 * JAM_MS);
    }
    pipe_free(pipe);
  }
}

END_TEST

START_TEST(stamps_may_wrap)
{
  Pipe* const  pipe = pipe_new(3U);
  ToastSession s[2];
  // Both microsecond counters pass 2^32, one after 3 s, one after 6 s
  pipe->clock_zero[0] = ((INT64_C(1) << 32) - 3000000) * JAM_US;
  pipe->clock_zero[1] = ((INT64_C(5) << 32) - 6000000) * JAM_US;
  pipe->clock_ppm[1]  = 100.0;
  pipe_connect(pipe, s);
  for (int i = 0; i < 10; ++i) {
    play(pipe, s, JAM_SECOND);
    for (unsigned end = 0U; end < 2U; ++end) {
      ck_assert_double_le(fabs(clock_error(pipe, s, end)), 50e3);
    }
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(negative_clocks_work)
{
  Pipe* const  pipe = pipe_new(4U);
  ToastSession s[2];
  pipe->clock_zero[0] = -5 * JAM_SECOND;
  pipe->clock_zero[1] = -3000 * JAM_SECOND;
  pipe_connect(pipe, s);
  play(pipe, s, 10 * JAM_SECOND);
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_double_le(fabs(clock_error(pipe, s, end)), 5000.0);
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(the_published_clock_never_jumps_once_settled)
{
  Pipe* const  pipe = pipe_new(5U);
  ToastSession s[2];
  ToastClock   before;
  pipe_connect(pipe, s);
  pipe->jitter = 4 * JAM_MS;
  pipe->fifo   = true;
  play(pipe, s, 8 * JAM_SECOND);
  ck_assert(toast_clock(pipe->ends[0], s[0], &before));
  for (int i = 0; i < 300; ++i) {
    ToastClock clock;
    play(pipe, s, 50 * JAM_MS);
    const JamTime own = pipe_local(pipe, 0U, pipe->now);
    ck_assert(toast_clock(pipe->ends[0], s[0], &clock));
    ck_assert_int_le(llabs(toast_clock_to_peer(&clock, own) -
                           toast_clock_to_peer(&before, own)),
                     100 * JAM_US);
    before = clock;
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(another_route_one_way_does_not_move_the_clock)
{
  Pipe* const  pipe = pipe_new(6U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  pipe->jitter = 200 * JAM_US;
  pipe->fifo   = true;
  play(pipe, s, 15 * JAM_SECOND);
  pipe->delay[0] += 8 * JAM_MS;
  play(pipe, s, 20 * JAM_SECOND);
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_double_le(fabs(clock_error(pipe, s, end)), 1e6);
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(jitter_is_reported)
{
  Pipe* const  pipe = pipe_new(7U);
  ToastSession s[2];
  ToastStats   stats;
  pipe_connect(pipe, s);
  pipe->jitter = 3 * JAM_MS; // Exponential: 95th percentile at 3 times that
  play(pipe, s, 12 * JAM_SECOND);
  ck_assert(toast_stats(pipe->ends[0], s[0], &stats));
  ck_assert_int_ge(stats.jitter, 7 * JAM_MS);
  ck_assert_int_le(stats.jitter, 11 * JAM_MS);
  pipe_free(pipe);
}

END_TEST

START_TEST(the_estimator_survives_any_stamps)
{
  ToastEstimator* const one = (ToastEstimator*)calloc(1U, sizeof(*one));
  JamRand               rand;
  int64_t               now = 0;
  jam_rand_init(&rand, 8U, 1U);
  toast_clock_init(one, now, TOAST_CLOCK_LIMIT_US - 1);
  for (int i = 0; i < 50000; ++i) {
    now += jam_rand_below(&rand, 3000U);
    const uint32_t any = jam_rand_u32(&rand);
    ck_assert_int_ge(toast_clock_arrival(one, now, any), 0);
    uint8_t frame[64];
    if (i % 10 == 0) {
      for (unsigned k = 0U; k < sizeof(frame); ++k) {
        frame[k] = (uint8_t)jam_rand_u32(&rand);
      }
      if (i % 20 == 0) { // A block that may be believed
        toast_put16(frame + 2, (uint16_t)(now / 100000));
        frame[4] = 0U;
        frame[5] = 0U;
      }
      toast_clock_report_read(one, now, frame, 8U);
      toast_clock_echo(one, now, any, jam_rand_u32(&rand), jam_rand_u32(&rand));
    }
    toast_clock_update(one, now);
    (void)toast_clock_report_write(one, frame, sizeof(frame));
    ToastClock clock;
    toast_clock_read(one, &clock);
    ck_assert(!clock.valid || fabs(clock.skew) <= 5.01e-4);
    ck_assert(clock.error >= 0);
  }
  free(one);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_clock");
  TCase* const tcase = tcase_create("clock");
  tcase_set_timeout(tcase, 60.0);
  tcase_add_test(tcase, a_quiet_path_is_exact_after_the_first_echo);
  tcase_add_test(tcase, skew_is_found_on_a_quiet_path);
  tcase_add_test(tcase, jitter_and_loss_leave_less_than_300_us);
  tcase_add_test(tcase, stamps_may_wrap);
  tcase_add_test(tcase, negative_clocks_work);
  tcase_add_test(tcase, the_published_clock_never_jumps_once_settled);
  tcase_add_test(tcase, another_route_one_way_does_not_move_the_clock);
  tcase_add_test(tcase, jitter_is_reported);
  tcase_add_test(tcase, the_estimator_survives_any_stamps);
  suite_add_tcase(suite, tcase);
  return pipe_main(suite);
}
