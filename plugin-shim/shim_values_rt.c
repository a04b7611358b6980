// SPDX-License-Identifier: MIT
// What may be set and asked at any time: parameters, settings, status.

#include "shim.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

static bool is_param(const JamShimParam param)
{
  return (unsigned)param < (unsigned)JAM_SHIM_PARAM_COUNT;
}

bool shim_set_param(JamShimInstance* const self,
                    const JamShimParam     param,
                    const float            value)
{
  if (!is_param(param) || isnan(value)) {
    return false;
  }
  const JamShimParamInfo* const info = &shim_params[param];
  const float inside = fmaxf(info->minimum, fminf(info->maximum, value));
  const float chosen =
    info->kind == JAM_SHIM_CONTINUOUS ? inside : roundf(inside);
  atomic_store_explicit(&self->params[param], chosen, memory_order_relaxed);
  return true;
}

float shim_get_param(const JamShimInstance* const self,
                     const JamShimParam           param)
{
  return is_param(param)
           ? atomic_load_explicit(&self->params[param], memory_order_relaxed)
           : 0.0F;
}

bool shim_set_settings(JamShimInstance* const       self,
                       const JamShimSettings* const settings)
{
  const bool valid =
    memchr(settings->link, '\0', sizeof(settings->link)) != NULL &&
    memchr(settings->name, '\0', sizeof(settings->name)) != NULL &&
    (settings->bits == 16U || settings->bits == 24U);
  if (valid) {
    jam_mailbox_write(&self->settings, settings);
  }
  return valid;
}

void shim_status(JamShimInstance* const self, JamShimStatus* const out)
{
  (void)jam_mailbox_read(&self->status, &self->shown);
  *out          = self->shown;
  out->in_peak  = atomic_load_explicit(&self->in_peak, memory_order_relaxed);
  out->out_peak = atomic_load_explicit(&self->out_peak, memory_order_relaxed);
}
