// SPDX-License-Identifier: MIT
// Held notes and pedals of one stream.

#include "midip2p/held.h"

#define PEDALS 3U

// Sustain, sostenuto, soft: down from 64 on
static const uint8_t pedals[PEDALS] = {64U, 66U, 67U};

static void set_note(Midip2pHeld* const held,
                     const unsigned     channel,
                     const unsigned     key,
                     const bool         on)
{
  uint64_t* const word = &held->notes[channel][key >> 6U];
  const uint64_t  bit  = UINT64_C(1) << (key & 63U);
  const bool      was  = (*word & bit) != 0U;
  if (on && !was) {
    *word |= bit;
    ++held->count;
  } else if (was && !on) {
    *word &= ~bit;
    --held->count;
  }
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
      set_note(held, channel, key, false);
    }
  }
}

void midip2p_held_follow(Midip2pHeld* const        held,
                         const Midip2pEvent* const event)
{
  const unsigned channel = event->bytes[0] & 15U;
  switch (event->bytes[0] & 0xF0U) {
  case 0x80U:
    set_note(held, channel, event->bytes[1] & 127U, false);
    break;
  case 0x90U:
    set_note(held, channel, event->bytes[1] & 127U, event->bytes[2] != 0U);
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
      if (held->notes[channel][key >> 6U] >> (key & 63U) & 1U) {
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

bool midip2p_is_release(const Midip2pEvent* const event)
{
  const uint8_t kind = event->bytes[0] & 0xF0U;
  return kind == 0x80U || (kind == 0x90U && event->bytes[2] == 0U) ||
         (kind == 0xB0U && event->bytes[1] == 64U && event->bytes[2] < 64U);
}
