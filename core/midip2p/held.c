// SPDX-License-Identifier: MIT
// Held notes and pedals of one stream.

#include "midip2p/held.h"

#define PEDALS 3U

// Sustain, sostenuto, soft: down from 64 on
static const uint8_t pedals[PEDALS] = {64U, 66U, 67U};

static void set_note(Midip2pHeld* const held,
                     const unsigned     channel,
                     const unsigned     key,
                     const uint8_t      velocity)
{
  uint8_t* const note = &held->notes[channel][key];
  held->count += (velocity ? 1U : 0U) - (*note ? 1U : 0U);
  *note = velocity;
}

static void set_pedal(Midip2pHeld* const held,
                      const unsigned     channel,
                      const unsigned     pedal,
                      const bool         on)
{
  const unsigned bit = 1U << pedal;
  const bool     was = (held->pedals[channel] & bit) != 0U;
  if (on && !was) {
    held->pedals[channel] = (uint8_t)(held->pedals[channel] | bit);
    ++held->count;
  } else if (was && !on) {
    held->pedals[channel] = (uint8_t)(held->pedals[channel] & ~bit);
    --held->count;
  }
}

static void follow_controller(Midip2pHeld* const held,
                              const unsigned     channel,
                              const uint8_t      controller,
                              const uint8_t      value)
{
  const bool reset = controller == 121U;
  for (unsigned i = 0U; i < PEDALS; ++i) {
    if (reset || controller == pedals[i]) {
      set_pedal(held, channel, i, !reset && value >= 64U);
    }
  }
  // All sound off, all notes off, and the modes that imply it
  if (controller == 120U || controller >= 123U) {
    for (unsigned key = 0U; key < 128U; ++key) {
      set_note(held, channel, key, 0U);
    }
  }
}

void midip2p_held_follow(Midip2pHeld* const        held,
                         const Midip2pEvent* const event)
{
  const unsigned channel = event->bytes[0] & 15U;
  switch (event->bytes[0] & 0xF0U) {
  case 0x80U:
    set_note(held, channel, event->bytes[1] & 127U, 0U);
    break;
  case 0x90U:
    set_note(held, channel, event->bytes[1] & 127U, event->bytes[2]);
    break;
  case 0xB0U:
    follow_controller(held, channel, event->bytes[1], event->bytes[2]);
    break;
  default:
    break;
  }
}

static void
make(Midip2pEvent* const out, const unsigned status, const unsigned data)
{
  out->size     = 3U;
  out->bytes[0] = (uint8_t)status;
  out->bytes[1] = (uint8_t)data;
  out->bytes[2] = (status < 0x90U) ? 64U : 0U; // Release velocity unknown
}

bool midip2p_held_next(const Midip2pHeld* const held, Midip2pEvent* const out)
{
  for (unsigned channel = 0U; held->count && channel < 16U; ++channel) {
    for (unsigned key = 0U; key < 128U; ++key) {
      if (held->notes[channel][key]) {
        make(out, 0x80U | channel, key);
        return true;
      }
    }
    for (unsigned i = 0U; i < PEDALS; ++i) {
      if (held->pedals[channel] >> i & 1U) {
        make(out, 0xB0U | channel, pedals[i]);
        return true;
      }
    }
  }
  return false;
}

void midip2p_held_silence(Midip2pState* const state)
{
  for (unsigned i = 0U; i < 16U; ++i) {
    Midip2pChannel* const channel = &state->channels[i];
    for (unsigned key = 0U; key < 128U; ++key) {
      channel->notes[key] = channel->notes[key] ? MIDIP2P_NOTE_OFF : 0U;
    }
    for (unsigned k = 0U; k < PEDALS; ++k) {
      uint8_t* const value = &channel->controllers[pedals[k]];
      *value               = *value > 64U ? 1U : *value;
    }
  }
}

// One message of this channel, or false
static bool towards(const Midip2pHeld* const  held,
                    const Midip2pState* const state,
                    const unsigned            channel,
                    const bool                release,
                    Midip2pEvent* const       out)
{
  const Midip2pChannel* const want = &state->channels[channel];
  for (unsigned key = 0U; key < 128U; ++key) {
    const uint8_t velocity = held->notes[channel][key];
    const uint8_t wanted   = want->notes[key] & 127U;
    if ((velocity != 0U) == release && velocity != wanted) {
      make(out, (release ? 0x80U : 0x90U) | channel, key);
      out->bytes[2] = release ? 64U : wanted;
      return true;
    }
  }
  for (unsigned i = 0U; i < PEDALS; ++i) {
    const bool    down  = held->pedals[channel] >> i & 1U;
    const uint8_t value = want->controllers[pedals[i]];
    if (down == release && (value > 64U) != down) {
      make(out, 0xB0U | channel, pedals[i]);
      out->bytes[2] = (uint8_t)(value ? value - 1U : 0U);
      return true;
    }
  }
  return false;
}

bool midip2p_held_towards(const Midip2pHeld* const  held,
                          const Midip2pState* const state,
                          Midip2pEvent* const       out)
{
  for (unsigned pass = 0U; pass < 2U; ++pass) {
    for (unsigned channel = 0U; channel < 16U; ++channel) {
      if (towards(held, state, channel, pass == 0U, out)) {
        return true;
      }
    }
  }
  return false;
}
