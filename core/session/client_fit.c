// SPDX-License-Identifier: MIT
// What the other players sounded like lately, and the predictors fitted to it.

#include "session/client_internal.h"

// A fit gets a slice of work per captured block, so that packets never wait
// long behind it. A small model fitted often beats a large one that is old:
// what was learnt 60 ms ago has lost half its worth (core/pntbtr/MODEL.md)
#define FIT_HISTORY 1024U
#define FIT_ORDER 256U
#define FIT_BUDGET 200000U
#define FIT_PERIOD_PACKETS 4U

void client_history_add(Remote* const      remote,
                        const int64_t      position,
                        const float* const samples,
                        const unsigned     frames)
{
  for (unsigned i = 0U; i < frames; ++i) {
    remote->history[(uint64_t)(position + i) & (HISTORY_SIZE - 1U)] =
      samples[i];
  }
}

// What a missing packet probably held, so that fits do not learn a hole; it may
// still come and replace the guess
void client_history_guess(Remote* const remote,
                          const int64_t from,
                          const int64_t to)
{
  const unsigned past = PNTBTR_LEVEL_SPAN;
  float          line[PNTBTR_LEVEL_SPAN + HISTORY_SIZE / 4U];
  const int64_t  gap = to - from;
  const unsigned size =
    gap < (int64_t)(HISTORY_SIZE / 4U) ? (unsigned)gap : HISTORY_SIZE / 4U;
  for (unsigned i = 0U; i < past; ++i) {
    const uint64_t at = (uint64_t)(from - past + i);
    line[i]           = remote->history[at & (HISTORY_SIZE - 1U)];
  }
  pntbtr_extrapolate(&remote->model, line + past, line + past, size);
  // After a gap too long to guess, the end of the guess is as good as any
  client_history_add(remote, to - size, line + past, size);
}

static bool fit_next(SessionClient* const client)
{
  for (unsigned n = 0U; n < MAX_REMOTES; ++n) {
    client->fit_slot     = (client->fit_slot + 1U) % MAX_REMOTES;
    Remote* const remote = client->remotes[client->fit_slot];
    if (!remote || remote->use != REMOTE_ACTIVE || !remote->heard ||
        remote->packets - remote->fitted_at < FIT_PERIOD_PACKETS) {
      continue;
    }
    remote->fitted_at = remote->packets;
    float linear[FIT_HISTORY];
    for (unsigned i = 0U; i < FIT_HISTORY; ++i) {
      const uint64_t at = (uint64_t)(remote->newest - FIT_HISTORY + i);
      linear[i]         = remote->history[at & (HISTORY_SIZE - 1U)];
    }
    pntbtr_fit_begin(&client->fit, linear, FIT_HISTORY, FIT_ORDER);
    return true;
  }
  return false;
}

void client_remotes_fit(SessionClient* const client)
{
  if (!client->config.dsp) {
    return;
  }
  if (!client->fitting) {
    client->fitting = fit_next(client);
  } else if (pntbtr_fit_step(&client->fit, FIT_BUDGET)) {
    Remote* const remote = client->remotes[client->fit_slot];
    pntbtr_fit_model(&client->fit, &remote->model);
    playout_set_model(remote->playout, &remote->model);
    client->fitting = false;
  }
}
