// SPDX-License-Identifier: MIT
// What has changed in a state, as MIDI messages: one parser reads it, and any
// synthesiser understands it.

#include "midip2p/state.h"

typedef struct Walk {
  const Midip2pState* state;
  int64_t             base, last, time_us;
  bool (*put)(void*, const Midip2pGroup*);
  void* context;
  bool  more;
} Walk;

// Whether a value changed after the base. Of old changes only the low bits are
// known, so now and then one looks younger than it is.
static bool is_new(const Walk* const walk, const uint16_t change)
{
  const int64_t span = walk->last - walk->base;
  return walk->base == 0 || span >= 65535 ||
         (uint16_t)((uint16_t)walk->last - change) < span;
}

static void add(Midip2pGroup* const group,
                const unsigned      status,
                const unsigned      first,
                const unsigned      second)
{
  Midip2pEvent* const event = &group->messages[group->count++];
  event->time_us            = 0;
  event->size               = midip2p_message_size((uint8_t)status);
  event->bytes[0]           = (uint8_t)status;
  event->bytes[1]           = (uint8_t)first;
  event->bytes[2]           = (uint8_t)second;
  event->origin             = MIDIP2P_CHANGE;
}

static void flush(Walk* const walk, Midip2pGroup* const group)
{
  walk->more   = walk->more && walk->put(walk->context, group);
  group->count = 0U;
}

static void one(Walk* const    walk,
                const unsigned status,
                const unsigned first,
                const unsigned second)
{
  Midip2pGroup group = {.count = 0U};
  add(&group, status, first, second);
  flush(walk, &group);
}

static void put_note(Walk* const                 walk,
                     const unsigned              index,
                     const Midip2pChannel* const channel,
                     const unsigned              key)
{
  Midip2pGroup group = {.count = 0U};
  if (channel->notes[key] == MIDIP2P_NOTE_OFF) {
    if (walk->base == 0) {
      return; // From nothing there is nothing to end
    }
    add(&group, 0x80U | index, key, 64U);
  } else {
    const uint32_t age = (uint32_t)walk->time_us - channel->starts[key];
    add(&group, 0x90U | index, key, channel->notes[key]);
    group.messages[0].time_us = walk->time_us - (int64_t)age;
  }
  flush(walk, &group);
}

static void put_controller(Walk* const    walk,
                           const unsigned index,
                           const unsigned controller,
                           const unsigned stored)
{
  const unsigned status = 0xB0U | index;
  if (controller == 124U) {
    one(walk, status, stored == 1U ? 124U : 125U, 0U);
  } else if (controller == 126U && stored > 128U) {
    one(walk, status, 127U, 0U);
  } else {
    one(walk, status, controller, stored - 1U);
  }
}

// A program is of the bank that was chosen at its time
static void put_program(Walk* const                 walk,
                        const unsigned              index,
                        const Midip2pChannel* const channel)
{
  Midip2pGroup   group   = {.count = 0U};
  const unsigned status  = 0xB0U | index;
  const unsigned now[2]  = {channel->controllers[0] - 1U,
                            channel->controllers[32] - 1U};
  const unsigned then[2] = {channel->bank[0] - 1U, channel->bank[1] - 1U};
  add(&group, status, 0U, then[0]);
  add(&group, status, 32U, then[1]);
  add(&group, 0xC0U | index, channel->program - 1U, 0U);
  if (now[0] != then[0] || now[1] != then[1]) {
    add(&group, status, 0U, now[0]);
    add(&group, status, 32U, now[1]);
  }
  flush(walk, &group);
}

static void add_select(Midip2pGroup* const  group,
                       const unsigned       index,
                       const uint8_t* const select)
{
  const unsigned high = select[0] ? 99U : 101U;
  add(group, 0xB0U | index, high, 127U - select[1]);
  add(group, 0xB0U | index, high - 1U, 127U - select[2]);
}

static void put_parameters(Walk* const walk)
{
  const Midip2pState* const state = walk->state;
  for (unsigned i = 0U; walk->more && i < state->parameter_count; ++i) {
    const Midip2pParameter* const at = &state->parameters[i];
    if (is_new(walk, at->change)) {
      Midip2pGroup group = {.count = 0U};
      add_select(&group, at->channel, at->select);
      add(&group, 0xB0U | at->channel, 6U, at->value >> 7U);
      add(&group, 0xB0U | at->channel, 38U, at->value & 127U);
      add_select(&group, at->channel, state->channels[at->channel].select);
      flush(walk, &group);
    }
  }
}

static void put_lists(Walk* const                        walk,
                      const unsigned                     index,
                      const Midip2pChannel* const        channel,
                      const Midip2pChannelChanges* const marks)
{
  for (unsigned i = 0U; walk->more && i < 128U; ++i) {
    // The bank, which is set from the start, of channels in use
    const bool set =
      channel->controllers[i] && (marks->latest > 0 || (i != 0U && i != 32U) ||
                                  channel->controllers[i] > 1U);
    if (set && is_new(walk, marks->controllers[i])) {
      put_controller(walk, index, i, channel->controllers[i]);
    }
  }
  for (unsigned i = 0U; walk->more && i < 128U; ++i) {
    if (channel->notes[i] && is_new(walk, marks->notes[i])) {
      put_note(walk, index, channel, i);
    }
    if (channel->keys[i] && is_new(walk, marks->keys[i])) {
      one(walk, 0xA0U | index, i, channel->keys[i] - 1U);
    }
  }
}

static void put_channel(Walk* const                        walk,
                        const unsigned                     index,
                        const Midip2pChannelChanges* const marks)
{
  const Midip2pChannel* const channel = &walk->state->channels[index];
  if (walk->base > 0 && marks->latest <= walk->base) {
    return;
  }
  if (channel->program && is_new(walk, marks->program)) {
    put_program(walk, index, channel);
  }
  if (channel->bend[0] && is_new(walk, marks->bend)) {
    one(walk, 0xE0U | index, channel->bend[0] - 1U, channel->bend[1] - 1U);
  }
  if (channel->pressure && is_new(walk, marks->pressure)) {
    one(walk, 0xD0U | index, channel->pressure - 1U, 0U);
  }
  put_lists(walk, index, channel, marks);
  const bool used = marks->latest > 0;
  if (is_new(walk, marks->select) && used) {
    Midip2pGroup group = {.count = 0U};
    add_select(&group, index, channel->select);
    flush(walk, &group);
  }
}

static void put_system(Walk* const walk, const Midip2pChanges* const changes)
{
  const Midip2pState* const state = walk->state;
  if (state->song && is_new(walk, changes->song)) {
    one(walk, 0xF3U, state->song - 1U, 0U);
  }
  if (state->position[0] && is_new(walk, changes->position)) {
    one(walk, 0xF2U, state->position[0] - 1U, state->position[1] - 1U);
  }
  if (state->running && is_new(walk, changes->running)) {
    one(walk, state->running == 2U ? 0xFBU : 0xFCU, 0U, 0U);
  }
}

void midip2p_state_delta(const Midip2pState* const   state,
                         const Midip2pChanges* const changes,
                         const int64_t               base,
                         const int64_t               last,
                         const int64_t               time_us,
                         bool        put(void*, const Midip2pGroup*),
                         void* const context)
{
  Walk walk = {state, base, last, time_us, put, context, true};
  for (unsigned i = 0U; walk.more && i < 16U; ++i) {
    put_channel(&walk, i, &changes->channels[i]);
  }
  put_parameters(&walk);
  if (walk.more) {
    put_system(&walk, changes);
  }
}
