// SPDX-License-Identifier: MIT
// State of a received stream.

#include "midip2p/state.h"

#include <string.h>

#define BANK 0U
#define BANK_LOW 32U
#define LAST_CONTROLLER 119U // Beyond it lie channel modes

// What one hears most of: volume, expression, pan, modulation, pedals
static const uint8_t main_controllers[] = {7U, 11U, 10U, 1U, 64U, 66U, 67U};

// What "reset all controllers" returns to its default
static const uint8_t reset_controllers[] =
  {1U, 11U, 64U, 65U, 66U, 67U, 68U, 69U};

typedef struct Output {
  Midip2pEvent* events;
  size_t        capacity;
  size_t        count;
  int64_t       time_us;
} Output;

static uint8_t stored(const uint8_t value)
{
  return (uint8_t)(value + 1U);
}

static void follow_controller(Midip2pState* const state,
                              const unsigned      channel,
                              const uint8_t       controller,
                              const uint8_t       value)
{
  if (controller == 121U) {
    for (size_t i = 0U; i < sizeof(reset_controllers); ++i) {
      state->controllers[channel][reset_controllers[i]] = 0U;
    }
    memset(state->bend[channel], 0, sizeof(state->bend[channel]));
    state->pressure[channel] = 0U;
  } else if (controller <= LAST_CONTROLLER) {
    state->controllers[channel][controller] = stored(value);
  }
}

void midip2p_state_follow(Midip2pState* const       state,
                          const Midip2pEvent* const event)
{
  const unsigned channel = event->bytes[0] & 15U;
  const uint8_t  data    = event->bytes[1] & 127U;
  midip2p_held_follow(&state->held, event);
  switch (event->bytes[0] & 0xF0U) {
  case 0x90U:
    state->velocities[channel][data] = event->bytes[2];
    break;
  case 0xB0U:
    follow_controller(state, channel, data, event->bytes[2]);
    break;
  case 0xC0U:
    state->program[channel] = stored(data);
    break;
  case 0xD0U:
    state->pressure[channel] = stored(data);
    break;
  case 0xE0U:
    state->bend[channel][0] = stored(data);
    state->bend[channel][1] = stored(event->bytes[2]);
    break;
  default:
    break;
  }
}

static void put(Output* const  output,
                const unsigned status,
                const unsigned first,
                const unsigned second)
{
  const bool has_one = (status & 0xE0U) == 0xC0U;
  if (output->count < output->capacity) {
    Midip2pEvent* const event = &output->events[output->count++];
    event->time_us            = output->time_us;
    event->size               = has_one ? 2U : 3U;
    event->bytes[0]           = (uint8_t)status;
    event->bytes[1]           = (uint8_t)first;
    event->bytes[2]           = (uint8_t)second;
  }
}

static void put_controller(const Midip2pState* const state,
                           Output* const             output,
                           const unsigned            channel,
                           const unsigned            controller)
{
  const uint8_t value = state->controllers[channel][controller];
  if (value) {
    put(output, 0xB0U | channel, controller, value - 1U);
  }
}

static void put_voice(const Midip2pState* const state,
                      Output* const             output,
                      const unsigned            channel)
{
  put_controller(state, output, channel, BANK);
  put_controller(state, output, channel, BANK_LOW);
  if (state->program[channel]) {
    put(output, 0xC0U | channel, state->program[channel] - 1U, 0U);
  }
  for (size_t i = 0U; i < sizeof(main_controllers); ++i) {
    put_controller(state, output, channel, main_controllers[i]);
  }
  if (state->bend[channel][0]) {
    put(output,
        0xE0U | channel,
        state->bend[channel][0] - 1U,
        state->bend[channel][1] - 1U);
  }
}

static void put_notes(const Midip2pState* const state,
                      Output* const             output,
                      const unsigned            channel)
{
  for (unsigned key = 0U; key < 128U; ++key) {
    if (state->held.notes[channel][key >> 6U] >> (key & 63U) & 1U) {
      put(output, 0x90U | channel, key, state->velocities[channel][key]);
    }
  }
  if (state->pressure[channel]) {
    put(output, 0xD0U | channel, state->pressure[channel] - 1U, 0U);
  }
}

// Data entry means nothing without the order in which parameters were chosen
static bool is_rest(const unsigned controller)
{
  return controller != BANK && controller != BANK_LOW && controller != 6U &&
         controller != 38U && (controller < 96U || controller > 101U) &&
         !memchr(main_controllers, (int)controller, sizeof(main_controllers));
}

size_t midip2p_state_write(const Midip2pState* const state,
                           const int64_t             time_us,
                           Midip2pEvent* const       out,
                           const size_t              capacity)
{
  Output output = {out, capacity, 0U, time_us};
  for (unsigned channel = 0U; channel < 16U; ++channel) {
    put_voice(state, &output, channel);
  }
  for (unsigned channel = 0U; channel < 16U; ++channel) {
    put_notes(state, &output, channel);
  }
  for (unsigned channel = 0U; channel < 16U; ++channel) {
    for (unsigned i = 0U; i <= LAST_CONTROLLER; ++i) {
      if (is_rest(i)) {
        put_controller(state, &output, channel, i);
      }
    }
  }
  return output.count;
}
