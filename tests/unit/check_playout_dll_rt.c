// SPDX-License-Identifier: MIT
// The device clock: its rate within a few parts per million after ten seconds,
// whatever the scheduler does to wake-ups.

#include "base/rand.h"
#include "playout/playout.h"
#include "unit/playout_suite.h"

#include <math.h>

#define RATE 48000.0

typedef enum Wakeups { NORMAL, EXPONENTIAL, STALLING, BURSTS } Wakeups;

typedef struct Device {
  PlayoutDll dll;
  JamRand    rand;
  double     period; // True nanoseconds per frame
  double     due;    // True time of the next callback
  double     free;   // The machine does not run before
  double     last;
  int64_t    position;
  unsigned   frames;
  unsigned   count;
} Device;

static void
device_init(Device* const device, const double ppm, const unsigned frames)
{
  memset(device, 0, sizeof(*device));
  jam_rand_init(&device->rand, 21U, frames);
  playout_dll_init(&device->dll, RATE);
  device->period = 1e9 / (RATE * (1.0 + 1e-6 * ppm));
  device->due    = 1e12;
  device->frames = frames;
}

static void
device_wake(Device* const device, const Wakeups wakeups, const double jitter_us)
{
  const double unit = jam_rand_unit(&device->rand);
  const double span = device->frames * device->period;
  double       late = 1e3 * jitter_us * fabs(jam_rand_normal(&device->rand));
  if (wakeups == EXPONENTIAL || wakeups == STALLING) {
    late = -1e3 * jitter_us * log(1.0 - unit);
  } else if (wakeups == BURSTS) { // The driver hands out 16 blocks at once
    late += (15U - device->count % 16U) * span;
  }
  if (wakeups == STALLING && jam_rand_below(&device->rand, 2000U) == 0U) {
    device->free = device->due + 20e6 * unit;
  }
  const double now = fmax(fmax(device->due + late, device->free), device->last);
  playout_dll_update(&device->dll, (JamTime)now, device->position);
  device->last = now;
  device->position += device->frames;
  device->due += span;
  ++device->count;
}

static double rate_error_ppm(const Device* const device)
{
  return 1e6 * (device->period / device->dll.period - 1.0);
}

START_TEST(the_rate_is_right_after_ten_seconds)
{
  static const struct {
    double   ppm;
    unsigned frames;
    Wakeups  wakeups;
    double   jitter_us, most_ppm;
  } cases[] = {
    {0.0, 64U, NORMAL, 0.0, 0.1},
    {208.0, 64U, NORMAL, 50.0, 2.0},
    {-500.0, 64U, EXPONENTIAL, 50.0, 2.0},
    {208.0, 64U, STALLING, 50.0, 2.0},
    {208.0, 64U, EXPONENTIAL, 200.0, 6.0},
    {208.0, 1024U, NORMAL, 50.0, 3.0},
    {208.0, 64U, BURSTS, 50.0, 15.0},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Device device;
    device_init(&device, cases[i].ppm, cases[i].frames);
    while ((double)device.position < 60.0 * RATE) {
      device_wake(&device, cases[i].wakeups, cases[i].jitter_us);
      if ((double)device.position > 10.0 * RATE) {
        ck_assert_double_lt(fabs(rate_error_ppm(&device)), cases[i].most_ppm);
      }
    }
  }
}

END_TEST

START_TEST(a_late_first_callback_is_forgotten)
{
  Device device;
  device_init(&device, 30.0, 64U);
  device.free = device.due + 18e6;
  while ((double)device.position < 2.0 * RATE) {
    device_wake(&device, NORMAL, 20.0);
  }
  const double true_time = device.due - 64.0 * device.period;
  ck_assert_double_eq_tol((double)device.dll.time, true_time, 60e3);
}

END_TEST

START_TEST(a_lost_second_restarts_the_phase_and_keeps_the_rate)
{
  static const double gaps[] = {30e6, 500e6, 5e9};
  for (size_t i = 0U; i < 3U; ++i) {
    Device device;
    device_init(&device, 208.0, 64U);
    while ((double)device.position < 20.0 * RATE) {
      device_wake(&device, NORMAL, 50.0);
    }
    device.due += gaps[i]; // Time passes, the position does not
    const int64_t end = device.position + (int64_t)(2.0 * RATE);
    while (device.position < end) {
      device_wake(&device, NORMAL, 50.0);
      ck_assert_double_lt(fabs(rate_error_ppm(&device)), 25.0);
    }
    const double true_time = device.due - 64.0 * device.period;
    ck_assert_double_eq_tol((double)device.dll.time, true_time, 150e3);
  }
}

END_TEST

START_TEST(position_and_time_are_inverse)
{
  Device device;
  device_init(&device, 208.0, 64U);
  while ((double)device.position < 12.0 * RATE) {
    device_wake(&device, NORMAL, 50.0);
  }
  for (int64_t at = -100000; at <= 100000; at += 12345) {
    const JamTime due = playout_dll_time(&device.dll, device.position + at);
    ck_assert_double_eq_tol(playout_dll_position(&device.dll, due),
                            (double)(device.position + at),
                            1e-3);
  }
}

END_TEST

START_TEST(repeated_and_reversed_positions_do_no_harm)
{
  Device device;
  device_init(&device, 0.0, 64U);
  for (unsigned i = 0U; i < 2000U; ++i) {
    device_wake(&device, NORMAL, 50.0);
    if (i % 100U == 50U) {
      playout_dll_update(&device.dll, (JamTime)device.due, device.position);
      playout_dll_update(&device.dll, 0, device.position);
      playout_dll_update(&device.dll, (JamTime)device.due, -5);
      playout_dll_update(&device.dll, (JamTime)device.due, INT64_C(1) << 50U);
    }
    ck_assert(isfinite(device.dll.period));
    ck_assert_double_lt(fabs(rate_error_ppm(&device)), 3100.0);
  }
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    the_rate_is_right_after_ten_seconds,
    a_late_first_callback_is_forgotten,
    a_lost_second_restarts_the_phase_and_keeps_the_rate,
    position_and_time_are_inverse,
    repeated_and_reversed_positions_do_no_harm,
  };
  return SUITE_RUN("playout dll", tests);
}
