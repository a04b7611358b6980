// SPDX-License-Identifier: MIT
// Clicks as a decaying wave that starts on the first frame at or after its
// beat.

#include "session/client_click.h"

#include <math.h>

#include "base/rt_poison.h"

#define LENGTH_SECONDS 0.06
#define BACK_NS 1e6 // A clock that is nudged must not step over a beat
#define SHORTEST_SECONDS 0.03 // Between two clicks: less is one beat seen twice

static void sound(Click* const   click,
                  float* const*  out,
                  const unsigned channels,
                  const unsigned from,
                  const unsigned to)
{
  const double* const turn = click->turn[click->tone];
  for (unsigned i = from; i < to && click->left > 0U; ++i, --click->left) {
    for (unsigned c = 0U; c < channels; ++c) {
      out[c][i] += (float)click->y;
    }
    const double x = click->decay * (turn[0] * click->x - turn[1] * click->y);
    click->y       = click->decay * (turn[1] * click->x + turn[0] * click->y);
    click->x       = x;
  }
}

static void strike(Click* const             click,
                   const ClickPlan* const   plan,
                   const SynchubBeat* const beat,
                   const int64_t            position)
{
  click->x    = (double)plan->level;
  click->y    = 0.0;
  click->tone = beat->beat == 0U ? 1U : 0U;
  click->left = (unsigned)(LENGTH_SECONDS * click->rate_hz);
  click->last = position;
  ++click->started;
}

void client_click_render(Click* const           click,
                         const ClickPlan* const plan,
                         const int64_t          device_position,
                         float* const* const    out,
                         const unsigned         channels,
                         const unsigned         frames)
{
  const SynchubTransport* const transport = &plan->transport;

  unsigned at = 0U;
  if (plan->on && transport->rolling && plan->ns_per_frame > 0.0) {
    const double begin =
      plan->ns +
      (double)(device_position - plan->device_position) * plan->ns_per_frame;
    const double first = (double)synchub_transport_first(transport);
    const double back  = click->due == device_position ? BACK_NS : 0.0;
    double tick = fmax(first, synchub_transport_tick(transport, begin - back));
    for (;;) {
      SynchubBeat beat;
      synchub_transport_beat(transport, tick, &beat);
      const double ns = synchub_transport_ns(transport, (double)beat.tick);
      const double in = ceil((ns - begin) / plan->ns_per_frame - 1e-6);
      if (!(in < (double)frames)) {
        break;
      }
      const unsigned when     = in > 0.0 ? (unsigned)in : 0U;
      const int64_t  position = device_position + when;
      tick                    = (double)beat.tick + 1.0;
      if (click->last == INT64_MIN || (double)(position - click->last) >
                                        SHORTEST_SECONDS * click->rate_hz) {
        sound(click, out, channels, at, when);
        strike(click, plan, &beat, position);
        at = when;
      }
    }
    click->due = device_position + frames;
  } else {
    click->due = INT64_MIN;
  }
  sound(click, out, channels, at, frames);
}
