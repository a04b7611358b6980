// SPDX-License-Identifier: MIT
// Following MIDI messages. Meaning of messages: MIDI 1.0; of "reset all
// controllers": RP-015.

#include "midip2p/state.h"

#include <string.h>

#define BANK 0U
#define BANK_LOW 32U
#define DATA 6U
#define DATA_LOW 38U
#define POLY 129U

// One message being followed
typedef struct Change {
  Midip2pState*          state;
  Midip2pChannel*        channel;
  Midip2pChannelChanges* marks; // Null: nobody wants to know
  int64_t                number;
} Change;

void midip2p_state_init(Midip2pState* const state)
{
  memset(state, 0, sizeof(*state));
  for (unsigned i = 0U; i < 16U; ++i) {
    // A bank that was never chosen is bank 0
    state->channels[i].controllers[BANK]     = 1U;
    state->channels[i].controllers[BANK_LOW] = 1U;
    state->channels[i].bank[0]               = 1U;
    state->channels[i].bank[1]               = 1U;
  }
}

static void mark(const Change* const change, const size_t offset)
{
  if (change->marks) {
    uint16_t* const at    = (uint16_t*)(void*)((char*)change->marks + offset);
    *at                   = (uint16_t)change->number;
    change->marks->latest = change->number;
  }
}

#define MARK(change, member)                                                   \
  mark((change), offsetof(Midip2pChannelChanges, member))
#define MARK_AT(change, member, index)                                         \
  mark((change),                                                               \
       offsetof(Midip2pChannelChanges, member) + (index) * sizeof(uint16_t))

static void note_off(const Change* const change, const unsigned key)
{
  if (change->channel->notes[key] != 0U) {
    change->channel->notes[key] = MIDIP2P_NOTE_OFF;
    MARK_AT(change, notes, key);
  }
}

static void note_on(const Change* const change, const Midip2pEvent* const event)
{
  change->channel->notes[event->bytes[1]]  = event->bytes[2];
  change->channel->starts[event->bytes[1]] = (uint32_t)event->time_us;
  MARK_AT(change, notes, event->bytes[1]);
}

static void set_controller(const Change* const change,
                           const unsigned      controller,
                           const unsigned      stored)
{
  change->channel->controllers[controller] = (uint8_t)stored;
  MARK_AT(change, controllers, controller);
}

static void all_notes_off(const Change* const change)
{
  for (unsigned key = 0U; key < 128U; ++key) {
    note_off(change, key);
  }
}

static void reset_controllers(const Change* const change)
{
  static const uint8_t values[][2] =
    {{1, 0}, {2, 0}, {4, 0}, {11, 127}, {64, 0}, {65, 0}, {66, 0}, {67, 0}};
  Midip2pChannel* const channel = change->channel;
  for (size_t i = 0U; i < sizeof(values) / sizeof(values[0]); ++i) {
    if (channel->controllers[values[i][0]]) {
      set_controller(change, values[i][0], values[i][1] + 1U);
    }
  }
  for (unsigned key = 0U; key < 128U; ++key) {
    if (channel->keys[key]) {
      channel->keys[key] = 1U;
      MARK_AT(change, keys, key);
    }
  }
  if (channel->bend[0]) {
    channel->bend[0] = 1U;
    channel->bend[1] = 65U;
    MARK(change, bend);
  }
  if (channel->pressure) {
    channel->pressure = 1U;
    MARK(change, pressure);
  }
  memset(channel->select, 0, sizeof(channel->select));
  MARK(change, select);
}

// Registered and other parameters are chosen by two controllers; choosing half
// of the other kind undoes the first
static void select_parameter(const Change* const change,
                             const unsigned      controller,
                             const uint8_t       value)
{
  uint8_t* const select = change->channel->select;
  const uint8_t  kind   = controller < 100U ? 1U : 0U;
  if (select[0] != kind) {
    memset(select, 0, 3U);
    select[0] = kind;
  }
  select[(controller & 1U) ? 1U : 2U] = (uint8_t)(127U - value);
  MARK(change, select);
}

static Midip2pParameter* find_parameter(Midip2pState* const         state,
                                        const Midip2pChannel* const channel)
{
  const uint8_t index = (uint8_t)(channel - state->channels);
  for (unsigned i = 0U; i < state->parameter_count; ++i) {
    Midip2pParameter* const at = &state->parameters[i];
    if (at->channel == index && !memcmp(at->select, channel->select, 3U)) {
      return at;
    }
  }
  if (state->parameter_count == MIDIP2P_PARAMETERS) {
    return NULL; // Of more than these only events are sent
  }
  Midip2pParameter* const added = &state->parameters[state->parameter_count++];
  memset(added, 0, sizeof(*added));
  added->channel = index;
  memcpy(added->select, channel->select, 3U);
  return added;
}

static void enter_data(const Change* const change,
                       const unsigned      controller,
                       const uint8_t       value)
{
  const Midip2pChannel* const channel = change->channel;
  if (!channel->select[1] && !channel->select[2]) {
    return; // None is chosen
  }
  Midip2pParameter* const at = find_parameter(change->state, channel);
  if (!at) {
    return;
  }
  if (controller == DATA) {
    at->value = (uint16_t)(value << 7U);
  } else if (controller == DATA_LOW) {
    at->value = (uint16_t)((at->value & 0x3F80U) | value);
  } else if (controller == 96U) {
    at->value = (uint16_t)(at->value + (at->value < 16383U ? 1U : 0U));
  } else {
    at->value = (uint16_t)(at->value - (at->value > 0U ? 1U : 0U));
  }
  if (change->marks) {
    at->change            = (uint16_t)change->number;
    change->marks->latest = change->number;
  }
}

static void set_mode(const Change* const change,
                     const unsigned      controller,
                     const uint8_t       value)
{
  all_notes_off(change);
  if (controller >= 126U) {
    set_controller(change, 126U, controller == 127U ? POLY : value + 1U);
  } else if (controller >= 124U) {
    set_controller(change, 124U, controller == 124U ? 1U : 2U);
  }
}

static void control(const Change* const change,
                    const unsigned      controller,
                    const uint8_t       value)
{
  if (controller == 120U || controller >= 123U) {
    set_mode(change, controller, value);
  } else if (controller == 121U) {
    reset_controllers(change);
  } else if (controller >= 98U && controller <= 101U) {
    select_parameter(change, controller, value);
  } else if (controller == DATA || controller == DATA_LOW ||
             controller == 96U || controller == 97U) {
    enter_data(change, controller, value);
  } else {
    set_controller(change, controller, value + 1U);
  }
}

static void follow_channel(const Change* const       change,
                           const Midip2pEvent* const event)
{
  Midip2pChannel* const channel = change->channel;
  const uint8_t         first   = event->bytes[1];
  const uint8_t         second  = event->bytes[2];
  switch (event->bytes[0] & 0xF0U) {
  case 0x80U:
    note_off(change, first);
    break;
  case 0x90U:
    if (second) {
      note_on(change, event);
    } else {
      note_off(change, first);
    }
    break;
  case 0xA0U:
    channel->keys[first] = (uint8_t)(second + 1U);
    MARK_AT(change, keys, first);
    break;
  case 0xB0U:
    control(change, first, second);
    break;
  case 0xC0U:
    channel->program = (uint8_t)(first + 1U);
    channel->bank[0] = channel->controllers[BANK];
    channel->bank[1] = channel->controllers[BANK_LOW];
    MARK(change, program);
    break;
  case 0xD0U:
    channel->pressure = (uint8_t)(first + 1U);
    MARK(change, pressure);
    break;
  default:
    channel->bend[0] = (uint8_t)(first + 1U);
    channel->bend[1] = (uint8_t)(second + 1U);
    MARK(change, bend);
    break;
  }
}

static void follow_system(Midip2pState* const       state,
                          Midip2pChanges* const     changes,
                          const int64_t             number,
                          const Midip2pEvent* const event)
{
  Midip2pChanges  unused;
  Midip2pChanges* marks = changes ? changes : &unused;
  switch (event->bytes[0]) {
  case 0xF2U:
    state->position[0] = (uint8_t)(event->bytes[1] + 1U);
    state->position[1] = (uint8_t)(event->bytes[2] + 1U);
    marks->position    = (uint16_t)number;
    break;
  case 0xF3U:
    state->song = (uint8_t)(event->bytes[1] + 1U);
    marks->song = (uint16_t)number;
    break;
  case 0xFAU:
  case 0xFBU:
  case 0xFCU:
    state->running = event->bytes[0] == 0xFCU ? 1U : 2U;
    marks->running = (uint16_t)number;
    break;
  default:
    break;
  }
}

void midip2p_state_follow(Midip2pState* const       state,
                          Midip2pChanges* const     changes,
                          const int64_t             number,
                          const Midip2pEvent* const event)
{
  const unsigned index  = event->bytes[0] & 15U;
  const Change   change = {state,
                           &state->channels[index],
                         changes ? &changes->channels[index] : NULL,
                           number};
  if (event->bytes[0] >= 0xF0U) {
    follow_system(state, changes, number, event);
  } else if (event->size > 0U) {
    follow_channel(&change, event);
  }
}

static bool has_controller(const Midip2pChannel* const channel,
                           const Midip2pEvent*         message)
{
  const unsigned controller = message->bytes[1];
  const uint8_t  value      = message->bytes[2];
  if (controller >= 126U) {
    return channel->controllers[126] ==
           (controller == 127U ? POLY : value + 1U);
  }
  if (controller >= 124U) {
    return channel->controllers[124] == (controller == 124U ? 1U : 2U);
  }
  // Those that work on what is chosen: always to be played
  return controller != DATA && controller != DATA_LOW &&
         (controller < 96U || controller > 101U) &&
         channel->controllers[controller] == value + 1U;
}

static bool has_system(const Midip2pState* const state,
                       const Midip2pEvent* const message)
{
  switch (message->bytes[0]) {
  case 0xF2U:
    return state->position[0] == message->bytes[1] + 1U &&
           state->position[1] == message->bytes[2] + 1U;
  case 0xF3U:
    return state->song == message->bytes[1] + 1U;
  default:
    return state->running == (message->bytes[0] == 0xFCU ? 1U : 2U);
  }
}

bool midip2p_state_has(const Midip2pState* const state,
                       const Midip2pEvent* const message)
{
  const Midip2pChannel* const channel =
    &state->channels[message->bytes[0] & 15U];
  const uint8_t first  = message->bytes[1];
  const uint8_t second = message->bytes[2];
  switch (message->bytes[0] & 0xF0U) {
  case 0x80U:
    return channel->notes[first] == 0U ||
           channel->notes[first] == MIDIP2P_NOTE_OFF;
  case 0x90U:
    return channel->notes[first] == second &&
           channel->starts[first] == (uint32_t)message->time_us;
  case 0xA0U:
    return channel->keys[first] == second + 1U;
  case 0xB0U:
    return has_controller(channel, message);
  case 0xC0U:
    return channel->program == first + 1U &&
           channel->bank[0] == channel->controllers[BANK] &&
           channel->bank[1] == channel->controllers[BANK_LOW];
  case 0xD0U:
    return channel->pressure == first + 1U;
  case 0xE0U:
    return channel->bend[0] == first + 1U && channel->bend[1] == second + 1U;
  default:
    return has_system(state, message);
  }
}
