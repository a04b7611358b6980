// SPDX-License-Identifier: MIT
// Which player's sound is learnt next. One fit runs at a time, with a quota of
// work per captured block, so that packets never wait long behind it.

#include "session/client_internal.h"

#define FIT_BUDGET_MOST (3U * PNTBTR_FIT_BUDGET) // For all players
#define CALM_PERIOD_US 20000 // Where packets hardly ever are lost ...
#define CALM_LOSS 1e-3       // ... that is, this share of them

// Returns whether enough has come since the last fit to learn something new.
static bool is_due(const Remote* const remote)
{
  const int64_t period_us =
    remote->loss < CALM_LOSS ? CALM_PERIOD_US : PNTBTR_FIT_PERIOD_US;
  return remote->use == REMOTE_ACTIVE && remote->heard &&
         (remote->newest - remote->fitted_at) * 1000000 >=
           period_us * remote->format.rate_hz;
}

static bool fit_next(SessionClient* const client)
{
  for (unsigned n = 0U; n < MAX_REMOTES; ++n) {
    client->fit_slot     = (client->fit_slot + 1U) % MAX_REMOTES;
    Remote* const remote = client->remotes[client->fit_slot];
    if (!remote || !is_due(remote)) {
      continue;
    }
    remote->fitted_at = remote->newest;
    pntbtr_fit_begin(client->fit,
                     &remote->bands,
                     &remote->history,
                     remote->newest);
    return true;
  }
  return false;
}

static unsigned budget_of(const SessionClient* const client)
{
  unsigned budget = 0U;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    budget += client->remotes[i] ? PNTBTR_FIT_BUDGET : 0U;
  }
  return budget < FIT_BUDGET_MOST ? budget : FIT_BUDGET_MOST;
}

void client_remotes_fit(SessionClient* const client)
{
  if (!client->config.dsp) {
    return;
  }
  if (!client->fitting) {
    client->fitting = fit_next(client);
  } else if (pntbtr_fit_step(client->fit, budget_of(client))) {
    Remote* const remote = client->remotes[client->fit_slot];
    remote->model        = *pntbtr_fit_model(client->fit);
    playout_set_model(remote->playout, &remote->model);
    client->fitting = false;
  }
}
