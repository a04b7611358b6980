// SPDX-License-Identifier: MIT
// Sums change with each value, so that comparing two states costs nothing.

#include "midip2p_synth.h"

#include <stdbool.h>
#include <string.h>

static uint64_t mix(uint64_t value)
{
  value += UINT64_C(0x9E3779B97F4A7C15);
  value = (value ^ (value >> 30U)) * UINT64_C(0xBF58476D1CE4E5B9);
  value = (value ^ (value >> 27U)) * UINT64_C(0x94D049BB133111EB);
  return value ^ (value >> 31U);
}

// A value of 0 is the same as none
static uint64_t term(const unsigned what, const uint64_t where, uint64_t value)
{
  return value ? mix(mix((uint64_t)what << 56U | where) + value) : 0U;
}

static void set8(Synth* const   synth,
                 uint8_t* const at,
                 const unsigned what,
                 const uint64_t where,
                 const unsigned value)
{
  const uint64_t turn = term(what, where, *at) ^ term(what, where, value);
  synth->all ^= turn;
  synth->held ^= what == 1U ? turn : 0U;
  *at = (uint8_t)value;
}

static void set_note(Synth* const   synth,
                     const unsigned channel,
                     const unsigned key,
                     const unsigned velocity)
{
  set8(synth, &synth->notes[channel][key], 1U, channel * 128U + key, velocity);
}

static void set_controller(Synth* const   synth,
                           const unsigned channel,
                           const unsigned controller,
                           const unsigned stored)
{
  uint8_t* const at    = &synth->controllers[channel][controller];
  const unsigned place = channel * 128U + controller;
  if (controller == 64U || controller == 66U || controller == 67U) {
    synth->held ^= term(20U, place, *at > 64U) ^ term(20U, place, stored > 64U);
  }
  // A bank of 0 was chosen from the beginning
  const bool     bank = controller == 0U || controller == 32U;
  const unsigned old  = bank && *at == 1U ? 0U : *at;
  const unsigned new  = bank&& stored == 1U ? 0U : stored;
  synth->all ^= term(3U, place, old) ^ term(3U, place, new);
  *at = (uint8_t)stored;
}

static void set32(Synth* const    synth,
                  uint32_t* const at,
                  const unsigned  what,
                  const uint64_t  where,
                  const uint32_t  value)
{
  synth->all ^= term(what, where, *at) ^ term(what, where, value);
  *at = value;
}

static uint32_t selected(const Synth* const synth, const unsigned channel)
{
  return (uint32_t)synth->kind[channel] << 14U |
         (uint32_t)(127U - synth->high[channel]) << 7U |
         (127U - synth->low[channel]);
}

static void select_half(Synth* const   synth,
                        const unsigned channel,
                        const unsigned controller,
                        const unsigned value)
{
  const unsigned kind = controller < 100U ? 1U : 0U;
  uint32_t       sum  = selected(synth, channel);
  synth->all ^= term(4U, channel, sum);
  if (synth->kind[channel] != kind) {
    synth->kind[channel] = (uint8_t)kind;
    synth->high[channel] = 127U;
    synth->low[channel]  = 127U;
  }
  if (controller & 1U) {
    synth->high[channel] = (uint8_t)value;
  } else {
    synth->low[channel] = (uint8_t)value;
  }
  synth->all ^= term(4U, channel, selected(synth, channel));
}

static void enter(Synth* const   synth,
                  const unsigned channel,
                  const unsigned controller,
                  const unsigned value)
{
  if (synth->high[channel] == 127U && synth->low[channel] == 127U) {
    return;
  }
  const uint32_t id = (channel << 15U | selected(synth, channel)) + 1U;
  unsigned       i  = 0U;
  while (i < synth->parameter_count && synth->parameter_ids[i] != id) {
    ++i;
  }
  if (i == SYNTH_PARAMETERS) {
    return;
  }
  if (i == synth->parameter_count) {
    synth->parameter_ids[synth->parameter_count++] = id;
    synth->parameters[i]                           = 0U;
    synth->all ^= term(5U, id, 1U);
  }
  unsigned data = synth->parameters[i];
  synth->all ^= term(5U, id, data + 1U);
  switch (controller) {
  case 6U:
    data = value << 7U;
    break;
  case 38U:
    data = (data & ~127U) | value;
    break;
  case 96U:
    data += data < 16383U ? 1U : 0U;
    break;
  default:
    data -= data > 0U ? 1U : 0U;
    break;
  }
  synth->parameters[i] = (uint16_t)data;
  synth->all ^= term(5U, id, data + 1U);
}

static void
set_bend(Synth* const synth, const unsigned channel, const unsigned value)
{
  synth->all ^=
    term(6U, channel, synth->bend[channel]) ^ term(6U, channel, value);
  synth->bend[channel] = (uint16_t)value;
}

static void reset(Synth* const synth, const unsigned channel)
{
  static const uint8_t values[][2] =
    {{1, 0}, {2, 0}, {4, 0}, {11, 127}, {64, 0}, {65, 0}, {66, 0}, {67, 0}};
  for (unsigned i = 0U; i < 8U; ++i) {
    if (synth->controllers[channel][values[i][0]]) {
      set_controller(synth, channel, values[i][0], values[i][1] + 1U);
    }
  }
  for (unsigned key = 0U; key < 128U; ++key) {
    if (synth->keys[channel][key]) {
      set8(synth, &synth->keys[channel][key], 2U, channel * 128U + key, 1U);
    }
  }
  if (synth->bend[channel]) {
    set_bend(synth, channel, 8193U);
  }
  if (synth->pressure[channel]) {
    set8(synth, &synth->pressure[channel], 7U, channel, 1U);
  }
  synth->all ^= term(4U, channel, selected(synth, channel));
  synth->kind[channel] = 0U;
  synth->high[channel] = 127U;
  synth->low[channel]  = 127U;
}

static void control(Synth* const   synth,
                    const unsigned channel,
                    const unsigned controller,
                    const unsigned value)
{
  if (controller == 120U || controller >= 123U) {
    for (unsigned key = 0U; key < 128U; ++key) {
      set_note(synth, channel, key, 0U);
    }
    if (controller >= 124U) {
      const unsigned pair = controller >= 126U ? 1U : 0U;
      set8(synth,
           &synth->mode[channel][pair],
           8U,
           channel * 2U + pair,
           controller == 126U   ? 2U + value
           : controller == 127U ? 1U
                                : controller);
    }
  } else if (controller == 121U) {
    reset(synth, channel);
  } else if (controller >= 98U && controller <= 101U) {
    select_half(synth, channel, controller, value);
  } else if (controller == 6U || controller == 38U || controller == 96U ||
             controller == 97U) {
    enter(synth, channel, controller, value);
  } else {
    set_controller(synth, channel, controller, value + 1U);
  }
}

static void follow_system(Synth* const synth, const uint8_t* const bytes)
{
  switch (bytes[0]) {
  case 0xF2U:
    set32(synth, &synth->system[0], 9U, 0U, 1U + bytes[1] + bytes[2] * 128U);
    break;
  case 0xF3U:
    set32(synth, &synth->system[1], 9U, 1U, 1U + bytes[1]);
    break;
  case 0xFAU:
  case 0xFBU:
  case 0xFCU:
    set32(synth, &synth->system[2], 9U, 2U, bytes[0] == 0xFCU ? 1U : 2U);
    break;
  default:
    break;
  }
}

void synth_follow(Synth* const synth, const uint8_t* const bytes)
{
  const unsigned channel = bytes[0] & 15U;
  switch (bytes[0] >> 4U) {
  case 8U:
    set_note(synth, channel, bytes[1], 0U);
    break;
  case 9U:
    set_note(synth, channel, bytes[1], bytes[2]);
    break;
  case 10U:
    set8(synth,
         &synth->keys[channel][bytes[1]],
         2U,
         channel * 128U + bytes[1],
         bytes[2] + 1U);
    break;
  case 11U:
    control(synth, channel, bytes[1], bytes[2]);
    break;
  case 12U: {
    const unsigned high = synth->controllers[channel][0];
    const unsigned low  = synth->controllers[channel][32];
    set32(synth,
          &synth->programs[channel],
          10U,
          channel,
          (high ? high - 1U : 0U) << 16U | (low ? low - 1U : 0U) << 8U |
            (bytes[1] + 1U));
    break;
  }
  case 13U:
    set8(synth, &synth->pressure[channel], 7U, channel, bytes[1] + 1U);
    break;
  case 14U:
    set_bend(synth, channel, bytes[1] + bytes[2] * 128U + 1U);
    break;
  default:
    follow_system(synth, bytes);
    break;
  }
}

void synth_start(Synth* const synth)
{
  memset(synth, 0, sizeof(*synth));
  memset(synth->high, 127, sizeof(synth->high));
  memset(synth->low, 127, sizeof(synth->low));
}
