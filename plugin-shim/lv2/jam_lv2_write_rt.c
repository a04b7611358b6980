// SPDX-License-Identifier: MIT
// Events to the host. Written by hand: the forge of LV2 calls through function
// pointers, which no compiler can prove harmless.

#include "jam_lv2.h"

#include <string.h>

#include "base/rt_poison.h"

#define ALIGN 8U

static uint32_t padded(const uint32_t size)
{
  return (size + ALIGN - 1U) & ~(ALIGN - 1U);
}

void jam_lv2_write_begin(JamLv2Writer* const      writer,
                         LV2_Atom_Sequence* const buffer,
                         const JamLv2Urids* const urids)
{
  writer->sequence = NULL;
  writer->room     = 0U;
  if (buffer && buffer->atom.size >= sizeof(LV2_Atom_Sequence_Body)) {
    writer->sequence = buffer;
    writer->room = buffer->atom.size - (uint32_t)sizeof(LV2_Atom_Sequence_Body);
    buffer->atom.type = urids->sequence;
    buffer->atom.size = sizeof(LV2_Atom_Sequence_Body);
    buffer->body.unit = 0U;
    buffer->body.pad  = 0U;
  }
}

uint32_t jam_lv2_write_room(const JamLv2Writer* const writer)
{
  return writer->room / (uint32_t)(sizeof(LV2_Atom_Event) + ALIGN);
}

/// Returns where the body of a new event goes, or null.
static uint8_t* append(JamLv2Writer* const writer,
                       const uint32_t      frame,
                       const LV2_URID      type,
                       const uint32_t      size)
{
  const uint32_t whole = (uint32_t)sizeof(LV2_Atom_Event) + padded(size);
  if (!writer->sequence || whole > writer->room) {
    return NULL;
  }
  LV2_Atom* const atom = &writer->sequence->atom;
  uint8_t* const  end = (uint8_t*)writer->sequence + sizeof(*atom) + atom->size;
  LV2_Atom_Event  event = {{(int64_t)frame}, {size, type}};
  memset(end, 0, whole);
  memcpy(end, &event, sizeof(event));
  atom->size += whole;
  writer->room -= whole;
  return end + sizeof(event);
}

void jam_lv2_write_midi(JamLv2Writer* const      writer,
                        const JamLv2Urids* const urids,
                        const JamShimMidi* const midi)
{
  uint8_t* const to =
    append(writer, midi->frame, urids->midi_event, midi->size);
  if (to) {
    memcpy(to, midi->bytes, midi->size);
  }
}

static uint8_t* member(uint8_t* const    to,
                       const LV2_URID    key,
                       const LV2_URID    type,
                       const void* const value,
                       const uint32_t    size)
{
  const LV2_Atom_Property_Body head = {key, 0U, {size, type}};
  memcpy(to, &head, sizeof(head));
  memcpy(to + sizeof(head), value, size);
  return to + sizeof(head) + padded(size);
}

bool jam_lv2_write_property(JamLv2Writer* const      writer,
                            const JamLv2Urids* const urids,
                            const JamLv2Property     property,
                            const LV2_URID           type,
                            const void* const        value,
                            const uint32_t           size)
{
  const LV2_Atom_Object_Body head = {0U, urids->patch_set};
  const LV2_URID             id   = urids->properties[property];
  const uint32_t             body = (uint32_t)sizeof(head) +
                        2U * (uint32_t)sizeof(LV2_Atom_Property_Body) +
                        padded(sizeof(id)) + padded(size);
  uint8_t* to = append(writer, 0U, urids->atom_object, body);
  if (!to) {
    return false;
  }
  memcpy(to, &head, sizeof(head));
  to = member(to + sizeof(head),
              urids->patch_property,
              urids->atom_urid,
              &id,
              sizeof(id));
  (void)member(to, urids->patch_value, type, value, size);
  return true;
}
