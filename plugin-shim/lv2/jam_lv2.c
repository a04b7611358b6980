// SPDX-License-Identifier: MIT
// The life of an LV2 instance.

#include "jam_lv2.h"

#include <lv2/core/lv2_util.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>

#include <stdlib.h>
#include <string.h>

#define DEFAULT_MAX_BLOCK 8192U

static void map_all(JamLv2* const self, LV2_URID_Map* const map)
{
  static const char* const properties[PROPERTY_COUNT] = {JAM_LV2_URI "#link",
                                                         JAM_LV2_URI "#name",
                                                         JAM_LV2_URI "#bits",
                                                         JAM_LV2_URI "#status"};
  JamLv2Urids* const       urids                      = &self->urids;

  urids->atom_blank     = map->map(map->handle, LV2_ATOM__Blank);
  urids->atom_object    = map->map(map->handle, LV2_ATOM__Object);
  urids->atom_int       = map->map(map->handle, LV2_ATOM__Int);
  urids->atom_string    = map->map(map->handle, LV2_ATOM__String);
  urids->atom_path      = map->map(map->handle, LV2_ATOM__Path);
  urids->atom_urid      = map->map(map->handle, LV2_ATOM__URID);
  urids->sequence       = map->map(map->handle, LV2_ATOM__Sequence);
  urids->midi_event     = map->map(map->handle, LV2_MIDI__MidiEvent);
  urids->patch_get      = map->map(map->handle, LV2_PATCH__Get);
  urids->patch_set      = map->map(map->handle, LV2_PATCH__Set);
  urids->patch_property = map->map(map->handle, LV2_PATCH__property);
  urids->patch_value    = map->map(map->handle, LV2_PATCH__value);
  for (unsigned i = 0U; i < PROPERTY_COUNT; ++i) {
    urids->properties[i] = map->map(map->handle, properties[i]);
  }
}

static LV2_Handle instantiate(const LV2_Descriptor*     descriptor,
                              double                    rate_hz,
                              const char*               bundle,
                              const LV2_Feature* const* features)
{
  LV2_URID_Map* map = NULL;
  LV2_Log_Log*  log = NULL;
  (void)descriptor;
  (void)bundle;
  (void)lv2_features_query(features,
                           LV2_URID__map,
                           &map,
                           false,
                           LV2_LOG__log,
                           &log,
                           false,
                           NULL);
  JamLv2* const self = map ? (JamLv2*)calloc(1U, sizeof(JamLv2)) : NULL;
  if (!self) {
    return NULL;
  }
  lv2_log_logger_init(&self->logger, map, log);
  map_all(self, map);
  self->rate_hz = rate_hz;
  self->shim    = jam_shim_get(JAM_SHIM_VERSION);
  self->jam     = self->shim->create();
  if (!self->jam) {
    lv2_log_error(&self->logger, "JAMNet: There is not enough memory.\n");
    free(self);
    return NULL;
  }
  self->shim->get_settings(self->jam, &self->settings);
  return self;
}

static void connect_port(LV2_Handle instance, uint32_t port, void* data)
{
  if (port < PORT_COUNT) {
    ((JamLv2*)instance)->ports[port] = data;
  }
}

static void activate(LV2_Handle instance)
{
  JamLv2* const self = (JamLv2*)instance;
  if (!self->shim->activate(self->jam, self->rate_hz, DEFAULT_MAX_BLOCK)) {
    // The instance lives on in silence, and its status says the same
    lv2_log_error(&self->logger,
                  "JAMNet: A jam plays at 44100, 48000, 96000 or 192000 Hz, "
                  "not at %g Hz.\n",
                  self->rate_hz);
  }
}

static void deactivate(LV2_Handle instance)
{
  const JamLv2* const self = (const JamLv2*)instance;
  self->shim->deactivate(self->jam);
}

static void cleanup(LV2_Handle instance)
{
  JamLv2* const self = (JamLv2*)instance;
  self->shim->destroy(self->jam);
  free(self);
}

static const void* extension_data(const char* uri)
{
  return strcmp(uri, LV2_STATE__interface) == 0 ? jam_lv2_state() : NULL;
}

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(uint32_t index)
{
  static const LV2_Descriptor descriptor = {JAM_LV2_URI,
                                            instantiate,
                                            connect_port,
                                            activate,
                                            jam_lv2_run,
                                            deactivate,
                                            cleanup,
                                            extension_data};
  return index == 0U ? &descriptor : NULL;
}
