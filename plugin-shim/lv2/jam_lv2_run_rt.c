// SPDX-License-Identifier: MIT
// One block: ports and events to the shim and back.

#include "jam_lv2.h"

#include <lv2/atom/util.h>

#include <string.h>

#include "base/rt_poison.h"

static float control(const JamLv2* const self, const unsigned port)
{
  const float* const at = (const float*)self->ports[port];
  return at ? *at : 0.0F;
}

static void show(const JamLv2* const self, const unsigned port, const float x)
{
  float* const at = (float*)self->ports[port];
  if (at) {
    *at = x;
  }
}

static void read_params(const JamLv2* const self)
{
  for (unsigned i = 0U; i < JAM_SHIM_PARAM_COUNT; ++i) {
    if (self->ports[PORT_PARAMS + i]) {
      (void)self->shim->set_param(self->jam,
                                  (JamShimParam)i,
                                  control(self, PORT_PARAMS + i));
    }
  }
}

/// Takes a text that fits; false if it is none.
static bool take_text(const JamLv2* const   self,
                      const LV2_Atom* const value,
                      char* const           out,
                      const size_t          capacity)
{
  const char* const text = (const char*)(value + 1);
  if ((value->type != self->urids.atom_string &&
       value->type != self->urids.atom_path) ||
      value->size > capacity) {
    return false;
  }
  const void* const end = memchr(text, '\0', value->size);
  const size_t length   = end ? (size_t)((const char*)end - text) : value->size;
  if (length >= capacity) {
    return false;
  }
  memset(out, 0, capacity);
  memcpy(out, text, length);
  return true;
}

static void set_property(JamLv2* const         self,
                         const LV2_URID        property,
                         const LV2_Atom* const value)
{
  const JamLv2Urids* const urids   = &self->urids;
  JamShimSettings* const   own     = &self->settings;
  bool                     changed = false;
  if (property == urids->properties[PROPERTY_LINK]) {
    changed = take_text(self, value, own->link, sizeof(own->link));
  } else if (property == urids->properties[PROPERTY_NAME]) {
    changed = take_text(self, value, own->name, sizeof(own->name));
  } else if (property == urids->properties[PROPERTY_BITS] &&
             value->type == urids->atom_int && value->size == 4U) {
    const int32_t bits = ((const LV2_Atom_Int*)value)->body;
    changed            = bits == 16 || bits == 24;
    own->bits          = changed ? (uint32_t)bits : own->bits;
  }
  if (changed) {
    (void)self->shim->set_settings(self->jam, own);
  }
}

static void take_object(JamLv2* const self, const LV2_Atom_Object* const object)
{
  const JamLv2Urids* const urids    = &self->urids;
  const LV2_URID           kind     = object->body.otype;
  LV2_URID                 property = 0U;
  const LV2_Atom*          value    = NULL;
  LV2_ATOM_OBJECT_FOREACH(object, item)
  {
    if (item->key == urids->patch_property &&
        item->value.type == urids->atom_urid && item->value.size == 4U) {
      property = ((const LV2_Atom_URID*)&item->value)->body;
    } else if (item->key == urids->patch_value) {
      value = &item->value;
    }
  }
  if (kind == urids->patch_set && value) {
    set_property(self, property, value);
  } else if (kind == urids->patch_get) {
    for (unsigned i = 0U; i < PROPERTY_COUNT; ++i) {
      self->untold[i] |= !property || property == urids->properties[i];
    }
  }
}

/// Sorts what the host sent; returns how much MIDI there was.
static uint32_t read_events(JamLv2* const self)
{
  const LV2_Atom_Sequence* const events =
    (const LV2_Atom_Sequence*)self->ports[PORT_EVENTS_IN];
  uint32_t count = 0U;
  if (!events || events->atom.type != self->urids.sequence) {
    return 0U;
  }
  LV2_ATOM_SEQUENCE_FOREACH(events, event)
  {
    const LV2_Atom* const body = &event->body;
    if (body->type == self->urids.midi_event) {
      if (count < JAM_LV2_MIDI && body->size >= 1U && body->size <= 3U) {
        JamShimMidi* const to = &self->midi_in[count++];
        to->frame             = (uint32_t)event->time.frames;
        to->size              = (uint8_t)body->size;
        memcpy(to->bytes, body + 1, body->size);
      }
    } else if (body->type == self->urids.atom_object ||
               body->type == self->urids.atom_blank) {
      take_object(self, (const LV2_Atom_Object*)body);
    }
  }
  return count;
}

static bool tell_text(JamLv2* const        self,
                      JamLv2Writer* const  writer,
                      const JamLv2Property property,
                      const char* const    text)
{
  return jam_lv2_write_property(writer,
                                &self->urids,
                                property,
                                self->urids.atom_string,
                                text,
                                (uint32_t)strlen(text) + 1U);
}

static bool tell(JamLv2* const        self,
                 JamLv2Writer* const  writer,
                 const JamLv2Property property)
{
  const int32_t bits = (int32_t)self->settings.bits;
  switch (property) {
  case PROPERTY_LINK:
    return tell_text(self, writer, property, self->settings.link);
  case PROPERTY_NAME:
    return tell_text(self, writer, property, self->settings.name);
  case PROPERTY_BITS:
    return jam_lv2_write_property(writer,
                                  &self->urids,
                                  property,
                                  self->urids.atom_int,
                                  &bits,
                                  sizeof(bits));
  default:
    return tell_text(self, writer, property, self->status.sentence);
  }
}

static void show_status(JamLv2* const self)
{
  JamShimStatus now;
  self->shim->status(self->jam, &now);
  self->untold[PROPERTY_STATUS] |=
    strcmp(now.sentence, self->status.sentence) != 0;
  self->status = now;
  show(self, PORT_IN_PEAK, now.in_peak);
  show(self, PORT_OUT_PEAK, now.out_peak);
  show(self, PORT_PEOPLE, (float)now.people);
  show(self, PORT_CONNECTION, (float)now.connection);
  show(self, PORT_ROUND_TRIP, now.round_trip_ms);
}

void jam_lv2_run(const LV2_Handle instance, const uint32_t frames)
{
  JamLv2* const      self   = (JamLv2*)instance;
  const float* const in[1]  = {(const float*)self->ports[PORT_IN]};
  float* const       out[2] = {(float*)self->ports[PORT_OUT_L],
                               (float*)self->ports[PORT_OUT_R]};
  JamShimBlock       block  = {0};
  JamLv2Writer       writer;
  read_params(self);
  block.midi_in_count = read_events(self);
  block.midi_in       = self->midi_in;
  show_status(self);
  jam_lv2_write_begin(&writer,
                      (LV2_Atom_Sequence*)self->ports[PORT_EVENTS_OUT],
                      &self->urids);
  for (unsigned i = 0U; i < PROPERTY_COUNT; ++i) {
    if (self->untold[i]) {
      self->untold[i] = !tell(self, &writer, (JamLv2Property)i);
    }
  }
  const uint32_t room     = jam_lv2_write_room(&writer);
  block.frames            = frames;
  block.in_channels       = in[0] ? 1U : 0U;
  block.in                = in;
  block.out_channels      = out[0] && out[1] ? 2U : 0U;
  block.out               = out;
  block.offline           = control(self, PORT_FREE_WHEEL) >= 0.5F;
  block.midi_out          = self->midi_out;
  block.midi_out_capacity = room < JAM_LV2_MIDI ? room : JAM_LV2_MIDI;
  self->shim->process(self->jam, &block);
  for (uint32_t i = 0U; i < block.midi_out_count; ++i) {
    jam_lv2_write_midi(&writer, &self->urids, &self->midi_out[i]);
  }
}
