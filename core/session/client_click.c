// SPDX-License-Identifier: MIT
// What a click sounds like.

#include "session/client_click.h"

#include <math.h>
#include <string.h>

#define TURN 6.283185307179586
#define BEAT_HZ 1000.0
#define FIRST_HZ 1500.0
#define DECAY_SECONDS 0.008

void client_click_init(Click* const click, const double rate_hz)
{
  static const double tones[2] = {BEAT_HZ, FIRST_HZ};
  memset(click, 0, sizeof(*click));
  click->rate_hz = rate_hz;
  click->decay   = exp(-1.0 / (DECAY_SECONDS * rate_hz));
  click->last    = INT64_MIN;
  click->due     = INT64_MIN;
  for (unsigned i = 0U; i < 2U; ++i) {
    click->turn[i][0] = cos(TURN * tones[i] / rate_hz);
    click->turn[i][1] = sin(TURN * tones[i] / rate_hz);
  }
}
