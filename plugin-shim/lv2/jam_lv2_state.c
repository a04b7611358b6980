// SPDX-License-Identifier: MIT
// What LV2 hosts save besides the control ports: link, name and bits, under the
// names of their properties.

#include "jam_lv2.h"

#include <lv2/state/state.h>

#include <string.h>

static LV2_State_Status save(LV2_Handle                instance,
                             LV2_State_Store_Function  store,
                             LV2_State_Handle          handle,
                             uint32_t                  flags,
                             const LV2_Feature* const* features)
{
  const JamLv2* const      self     = (const JamLv2*)instance;
  const JamLv2Urids* const urids    = &self->urids;
  const uint32_t           portable = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;
  JamShimSettings          settings;
  (void)flags;
  (void)features;
  self->shim->get_settings(self->jam, &settings);
  const int32_t    bits   = (int32_t)settings.bits;
  LV2_State_Status status = store(handle,
                                  urids->properties[PROPERTY_LINK],
                                  settings.link,
                                  strlen(settings.link) + 1U,
                                  urids->atom_string,
                                  portable);
  if (status == LV2_STATE_SUCCESS) {
    status = store(handle,
                   urids->properties[PROPERTY_NAME],
                   settings.name,
                   strlen(settings.name) + 1U,
                   urids->atom_string,
                   portable);
  }
  if (status == LV2_STATE_SUCCESS) {
    status = store(handle,
                   urids->properties[PROPERTY_BITS],
                   &bits,
                   sizeof(bits),
                   urids->atom_int,
                   portable);
  }
  return status;
}

/// Takes a text of the state, if there is one; false if it is none that fits.
static bool restore_text(const JamLv2* const               self,
                         const LV2_State_Retrieve_Function retrieve,
                         const LV2_State_Handle            handle,
                         const JamLv2Property              property,
                         char* const                       out,
                         const size_t                      capacity)
{
  size_t            size  = 0U;
  uint32_t          type  = 0U;
  uint32_t          flags = 0U;
  const void* const value =
    retrieve(handle, self->urids.properties[property], &size, &type, &flags);
  if (!value) {
    return true;
  }
  if (type != self->urids.atom_string || size > capacity ||
      !memchr(value, '\0', size)) {
    return false;
  }
  memcpy(out, value, size);
  return true;
}

static LV2_State_Status restore(LV2_Handle                  instance,
                                LV2_State_Retrieve_Function retrieve,
                                LV2_State_Handle            handle,
                                uint32_t                    flags,
                                const LV2_Feature* const*   features)
{
  JamLv2* const   self     = (JamLv2*)instance;
  JamShimSettings settings = self->settings;
  size_t          size     = 0U;
  uint32_t        type     = 0U;
  uint32_t        ignored  = 0U;
  (void)flags;
  (void)features;
  const void* const bits = retrieve(handle,
                                    self->urids.properties[PROPERTY_BITS],
                                    &size,
                                    &type,
                                    &ignored);
  if (bits && type == self->urids.atom_int && size == sizeof(int32_t)) {
    memcpy(&settings.bits, bits, sizeof(int32_t));
  }
  if (!restore_text(self,
                    retrieve,
                    handle,
                    PROPERTY_LINK,
                    settings.link,
                    sizeof(settings.link)) ||
      !restore_text(self,
                    retrieve,
                    handle,
                    PROPERTY_NAME,
                    settings.name,
                    sizeof(settings.name)) ||
      !self->shim->set_settings(self->jam, &settings)) {
    lv2_log_error(&self->logger,
                  "JAMNet: The state holds a value that cannot be.\n");
    return LV2_STATE_ERR_UNKNOWN;
  }
  self->settings = settings;
  for (unsigned i = 0U; i < PROPERTY_COUNT; ++i) {
    self->untold[i] = true;
  }
  return LV2_STATE_SUCCESS;
}

const void* jam_lv2_state(void)
{
  static const LV2_State_Interface state = {save, restore};
  return &state;
}
