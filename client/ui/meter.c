// SPDX-License-Identifier: MIT
// Ballistics: a peak rises at once and falls slowly, its highest point stays a
// while, and the body follows the mean power.

#include "view.h"

#include "laws.h"
#include "theme.h"

#include <math.h>
#include <string.h>

// A gap this long (a hidden window) starts the meter afresh
#define STALE_S 1.0

void ui_meter_init(UiMeter* const meter)
{
  memset(meter, 0, sizeof(*meter));
  meter->rms_db    = -INFINITY;
  meter->peak_db   = -INFINITY;
  meter->hold_db   = -INFINITY;
  meter->figure_db = -INFINITY;
}

// The engine's figure is smoothed over what is left of the RMS window: three
// time constants cover it
static float
smooth_rms(const float from_db, const float to, const double elapsed)
{
  const float was   = isinf(from_db) ? 0.0F : powf(10.0F, from_db / 10.0F);
  const float power = (to > 0.0F) ? to * to : 0.0F;
  const float share = expf(-3.0F * (float)elapsed / UI_METER_RMS_S);
  const float mean  = power + (was - power) * share;
  return (mean > 0.0F) ? 10.0F * log10f(mean) : -INFINITY;
}

static void
update_hold(UiMeter* const meter, const double now, const double elapsed)
{
  if (meter->peak_db >= meter->hold_db) {
    meter->hold_db    = meter->peak_db;
    meter->hold_until = now + UI_METER_HOLD_S;
  } else if (now > meter->hold_until) {
    const float fallen =
      meter->hold_db - UI_METER_HOLD_FALL_DB_S * (float)elapsed;
    meter->hold_db = fmaxf(fallen, meter->peak_db);
  }
}

void ui_meter_update(UiMeter* const       meter,
                     const JamUser* const user,
                     const double         now,
                     const double         elapsed)
{
  const float peak = ui_db(user->peak);
  if (elapsed > STALE_S) {
    meter->rms_db  = ui_db(user->rms);
    meter->peak_db = peak;
  } else {
    const float fallen =
      meter->peak_db - UI_METER_RELEASE_DB_S * (float)elapsed;
    meter->rms_db  = smooth_rms(meter->rms_db, user->rms, elapsed);
    meter->peak_db = fmaxf(fallen, peak);
  }
  update_hold(meter, now, elapsed);
  if (user->clips != meter->clips) {
    meter->clips      = user->clips;
    meter->clip_until = now + UI_CLIP_LAMP_S;
  }
}
