// SPDX-License-Identifier: MIT
// One message at a time, a few fragments on their way; what is not acknowledged
// in time goes out again from there.

#include "midip2p/sysex.h"

#include "base/memory.h"
#include "base/time.h"

#include <string.h>

#define HEAD 12U // Size 4, time 8
#define QUEUE (MIDIP2P_SYSEX + HEAD)
#define UNDER_WAY (8U * MIDIP2P_FRAGMENT)
#define PACE (4 * JAM_MS) // Between fragments, so that sound comes through

void midip2p_sysex_out_init(Midip2pSysexOut* const out)
{
  memset(out, 0, sizeof(*out));
  out->id        = 1U;
  out->send_at   = JAM_NEVER;
  out->repeat_at = JAM_NEVER;
}

void midip2p_sysex_in_init(Midip2pSysexIn* const in)
{
  memset(in, 0, sizeof(*in));
  in->ack_at = JAM_NEVER;
}

static uint32_t size_of_first(const Midip2pSysexOut* const out)
{
  uint32_t size = 0U;
  memcpy(&size, out->bytes, sizeof(size));
  return size;
}

JamStatus midip2p_sysex_push(Midip2pSysexOut* const    out,
                             const JamAllocator* const allocator,
                             const JamTime             now,
                             const int64_t             time_us,
                             const uint8_t* const      bytes,
                             const size_t              size)
{
  if (size > MIDIP2P_SYSEX) {
    return JAM_ERR_ARGUMENT;
  }
  if (out->size + HEAD + size > QUEUE) {
    return JAM_ERR_FULL;
  }
  if (!out->bytes) {
    out->bytes = (uint8_t*)jam_mem_new(allocator, QUEUE);
    if (!out->bytes) {
      return JAM_ERR_MEMORY;
    }
    out->send_at = now;
  }
  const uint32_t length = (uint32_t)size;
  memcpy(out->bytes + out->size, &length, sizeof(length));
  memcpy(out->bytes + out->size + sizeof(length), &time_us, sizeof(time_us));
  memcpy(out->bytes + out->size + HEAD, bytes, size);
  out->size += HEAD + length;
  return JAM_OK;
}

static void drop_first(Midip2pSysexOut* const    out,
                       const JamAllocator* const allocator,
                       const JamTime             now)
{
  const uint32_t size = HEAD + size_of_first(out);
  out->size -= size;
  memmove(out->bytes, out->bytes + size, out->size);
  out->acked     = 0U;
  out->sent      = 0U;
  out->send_at   = now;
  out->repeat_at = JAM_NEVER;
  ++out->id;
  if (out->size == 0U) {
    jam_mem_free(allocator, out->bytes);
    out->bytes   = NULL;
    out->send_at = JAM_NEVER;
  }
}

void midip2p_sysex_ack(Midip2pSysexOut* const    out,
                       const JamAllocator* const allocator,
                       const JamTime             now,
                       const uint32_t            id,
                       const uint32_t            bytes)
{
  if (!out->bytes || id != out->id || bytes <= out->acked ||
      bytes > out->sent) {
    return;
  }
  out->acked = bytes;
  if (bytes == size_of_first(out)) {
    drop_first(out, allocator, now);
  } else if (out->send_at == JAM_NEVER) {
    out->send_at = now;
  }
}

bool midip2p_sysex_fill(Midip2pSysexOut* const out,
                        const JamTime          now,
                        const JamTime          patience,
                        Midip2pFragment* const fragment)
{
  if (!out->bytes || midip2p_sysex_deadline(out) > now) {
    return false;
  }
  if (now >= out->repeat_at) {
    out->sent = out->acked - out->acked % MIDIP2P_FRAGMENT;
  }
  const uint32_t total = size_of_first(out);
  const uint32_t left  = total - out->sent;
  memcpy(&fragment->time_us, out->bytes + 4U, sizeof(fragment->time_us));
  fragment->id     = out->id;
  fragment->offset = out->sent;
  fragment->total  = total;
  fragment->size   = left < MIDIP2P_FRAGMENT ? left : MIDIP2P_FRAGMENT;
  memcpy(fragment->bytes, out->bytes + HEAD + out->sent, fragment->size);
  out->sent += fragment->size;
  const bool more = out->sent < total && out->sent - out->acked < UNDER_WAY;
  out->send_at    = more ? jam_time_add(now, PACE) : JAM_NEVER;
  out->repeat_at  = jam_time_add(now, patience);
  return true;
}

JamTime midip2p_sysex_deadline(const Midip2pSysexOut* const out)
{
  return jam_time_min(out->send_at, out->repeat_at);
}

static bool begin(Midip2pSysexIn* const        in,
                  const JamAllocator* const    allocator,
                  const Midip2pFragment* const fragment)
{
  if (in->complete) {
    return false; // Not yet read
  }
  if (!in->bytes) {
    in->bytes = (uint8_t*)jam_mem_new(allocator, MIDIP2P_SYSEX);
    if (!in->bytes) {
      return false;
    }
  }
  in->id      = fragment->id;
  in->total   = fragment->total;
  in->missing = (fragment->total + MIDIP2P_FRAGMENT - 1U) / MIDIP2P_FRAGMENT;
  in->time_us = fragment->time_us;
  in->known   = true;
  in->taken   = false; // Whoever has read it is done with it
  memset(in->present, 0, sizeof(in->present));
  return true;
}

bool midip2p_sysex_take(Midip2pSysexIn* const        in,
                        const JamAllocator* const    allocator,
                        const JamTime                now,
                        const Midip2pFragment* const fragment)
{
  const unsigned slot = fragment->offset / MIDIP2P_FRAGMENT;
  const uint64_t bit  = UINT64_C(1) << (slot % 64U);
  if (in->done > 0U && fragment->id <= in->done) {
    in->ack_at = now; // The acknowledgement was lost
    return true;
  }
  if ((!in->known || in->id != fragment->id || in->total != fragment->total) &&
      !begin(in, allocator, fragment)) {
    return false;
  }
  in->ack_at = now;
  if (!(in->present[slot / 64U] & bit)) {
    in->present[slot / 64U] |= bit;
    memcpy(in->bytes + fragment->offset, fragment->bytes, fragment->size);
    --in->missing;
  }
  if (in->missing == 0U) {
    in->complete = true;
    in->done     = in->id;
  }
  return true;
}

void midip2p_sysex_answer(Midip2pSysexIn* const in,
                          uint32_t* const       id,
                          uint32_t* const       bytes)
{
  uint32_t slot = 0U;
  while (slot < MIDIP2P_FRAGMENTS &&
         (in->present[slot / 64U] >> (slot % 64U) & 1U)) {
    ++slot;
  }
  *id        = in->id;
  *bytes     = slot * MIDIP2P_FRAGMENT;
  *bytes     = *bytes < in->total ? *bytes : in->total;
  in->ack_at = JAM_NEVER;
}

size_t midip2p_sysex_read(Midip2pSysexIn* const     in,
                          const JamAllocator* const allocator,
                          const uint8_t** const     bytes,
                          int64_t* const            time_us)
{
  if (in->taken) {
    in->taken = false;
    jam_mem_free(allocator, in->bytes);
    in->bytes = NULL;
  }
  if (!in->complete) {
    return 0U;
  }
  in->complete = false;
  in->taken    = true;
  *bytes       = in->bytes;
  *time_us     = in->time_us;
  return in->total;
}

void midip2p_sysex_out_free(Midip2pSysexOut* const    out,
                            const JamAllocator* const allocator)
{
  jam_mem_free(allocator, out->bytes);
  midip2p_sysex_out_init(out);
}

void midip2p_sysex_in_free(Midip2pSysexIn* const     in,
                           const JamAllocator* const allocator)
{
  jam_mem_free(allocator, in->bytes);
  midip2p_sysex_in_init(in);
}
