// SPDX-License-Identifier: MIT
// One number for a whole state, so that two ends notice when theirs differ.

#include "midip2p/state.h"

// CRC-32 (ISO-HDLC), four bits at a time
static uint32_t crc(uint32_t sum, const uint8_t* const bytes, const size_t size)
{
  static const uint32_t table[16] = {0x00000000U,
                                     0x1DB71064U,
                                     0x3B6E20C8U,
                                     0x26D930ACU,
                                     0x76DC4190U,
                                     0x6B6B51F4U,
                                     0x4DB26158U,
                                     0x5005713CU,
                                     0xEDB88320U,
                                     0xF00F9344U,
                                     0xD6D6A3E8U,
                                     0xCB61B38CU,
                                     0x9B64C2B0U,
                                     0x86D3D2D4U,
                                     0xA00AE278U,
                                     0xBDBDF21CU};
  for (size_t i = 0U; i < size; ++i) {
    sum = (sum >> 4U) ^ table[(sum ^ bytes[i]) & 15U];
    sum = (sum >> 4U) ^ table[(sum ^ (bytes[i] >> 4U)) & 15U];
  }
  return sum;
}

static uint32_t crc_channel(uint32_t sum, const Midip2pChannel* const channel)
{
  uint8_t notes[128];
  for (unsigned key = 0U; key < 128U; ++key) {
    notes[key] = (uint8_t)(channel->notes[key] & 127U);
  }
  const uint8_t rest[] = {channel->program,
                          channel->bank[0],
                          channel->bank[1],
                          channel->pressure,
                          channel->bend[0],
                          channel->bend[1],
                          channel->select[0],
                          channel->select[1],
                          channel->select[2]};
  sum                  = crc(sum, notes, sizeof(notes));
  sum                  = crc(sum, channel->keys, sizeof(channel->keys));
  sum = crc(sum, channel->controllers, sizeof(channel->controllers));
  return crc(sum, rest, sizeof(rest));
}

uint32_t midip2p_state_checksum(const Midip2pState* const state)
{
  const uint8_t system[] = {state->running,
                            state->position[0],
                            state->position[1],
                            state->song};
  uint32_t      sum      = UINT32_MAX;
  uint32_t      loose    = 0U;
  for (unsigned i = 0U; i < 16U; ++i) {
    sum = crc_channel(sum, &state->channels[i]);
  }
  sum = crc(sum, system, sizeof(system));
  for (unsigned i = 0U; i < state->parameter_count; ++i) {
    // In no order: each end has them in the order in which it met them
    const Midip2pParameter* const at      = &state->parameters[i];
    const uint8_t                 bytes[] = {at->channel,
                                             at->select[0],
                                             at->select[1],
                                             at->select[2],
                                             (uint8_t)(at->value >> 7U),
                                             (uint8_t)(at->value & 127U)};
    loose += ~crc(UINT32_MAX, bytes, sizeof(bytes));
  }
  return ~sum ^ loose;
}
