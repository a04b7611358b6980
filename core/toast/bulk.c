// SPDX-License-Identifier: MIT
// Long messages, both sides.

#include "toast/bulk.h"

#include <base/time.h>

#include <string.h>

static unsigned fragments_of(const size_t size)
{
  return (unsigned)((size + TOAST_WIRE_FRAGMENT - 1U) / TOAST_WIRE_FRAGMENT);
}

static uint16_t all_of(const unsigned count)
{
  return (uint16_t)((UINT32_C(1) << count) - 1U);
}

bool toast_bulk_push(ToastBulkOut* const  bulk,
                     const JamTime        now,
                     const uint8_t* const data,
                     const size_t         size)
{
  if (bulk->size > 0U) {
    return false;
  }
  memcpy(bulk->data, data, size);
  bulk->size     = (uint16_t)size;
  bulk->acked    = 0U;
  bulk->since    = now;
  bulk->force_at = now;
  for (unsigned i = 0U; i < TOAST_WIRE_MAX_FRAGMENTS; ++i) {
    bulk->sent[i] = JAM_NEVER;
  }
  return true;
}

static JamTime
due_at(const ToastBulkOut* const bulk, const unsigned index, const JamTime gap)
{
  if (((unsigned)bulk->acked >> index) & 1U) {
    return JAM_NEVER;
  }
  return bulk->sent[index] == JAM_NEVER ? bulk->since
                                        : jam_time_add(bulk->sent[index], gap);
}

// The fragment due first; the number of fragments if all are acknowledged
static unsigned next_of(const ToastBulkOut* const bulk, const JamTime gap)
{
  const unsigned count = fragments_of(bulk->size);
  unsigned       best  = count;
  for (unsigned i = 0U; i < count; ++i) {
    const JamTime at = due_at(bulk, i, gap);
    if (at != JAM_NEVER && (best == count || at < due_at(bulk, best, gap))) {
      best = i;
    }
  }
  return best;
}

static size_t data_size(const ToastBulkOut* const bulk, const unsigned index)
{
  const size_t left = bulk->size - (size_t)index * TOAST_WIRE_FRAGMENT;
  return left < TOAST_WIRE_FRAGMENT ? left : TOAST_WIRE_FRAGMENT;
}

size_t toast_bulk_due(const ToastBulkOut* const bulk,
                      const JamTime             now,
                      const JamTime             gap)
{
  const unsigned index = next_of(bulk, gap);
  return index < fragments_of(bulk->size) && due_at(bulk, index, gap) <= now
           ? TOAST_WIRE_FRAGMENT_HEAD + data_size(bulk, index)
           : 0U;
}

size_t toast_bulk_write(ToastBulkOut* const bulk,
                        const JamTime       now,
                        const JamTime       gap,
                        uint8_t* const      out)
{
  const unsigned index = next_of(bulk, gap);
  const size_t   size  = data_size(bulk, index);
  out[0]               = TOAST_WIRE_FRAME_FRAGMENT;
  toast_put16(out + 1, bulk->id);
  out[3] = (uint8_t)index;
  out[4] = (uint8_t)fragments_of(bulk->size);
  toast_put16(out + 5, (uint16_t)size);
  memcpy(out + TOAST_WIRE_FRAGMENT_HEAD,
         bulk->data + (size_t)index * TOAST_WIRE_FRAGMENT,
         size);
  bulk->sent[index] = now;
  toast_bulk_wait(bulk, gap);
  return TOAST_WIRE_FRAGMENT_HEAD + size;
}

void toast_bulk_wait(ToastBulkOut* const bulk, const JamTime gap)
{
  const unsigned index = next_of(bulk, gap);
  bulk->force_at =
    index < fragments_of(bulk->size) ? due_at(bulk, index, gap) : JAM_NEVER;
}

void toast_bulk_ack(ToastBulkOut* const bulk,
                    const uint16_t      id,
                    const uint16_t      bitmap)
{
  if (id != bulk->id || bulk->size == 0U) {
    return;
  }
  const uint16_t all = all_of(fragments_of(bulk->size));
  bulk->acked        = (uint16_t)(bulk->acked | (bitmap & all));
  if (bulk->acked == all) {
    ++bulk->id;
    bulk->size     = 0U;
    bulk->force_at = JAM_NEVER;
  }
}

size_t toast_bulk_frame_size(const uint8_t* const frame, const size_t left)
{
  if (left < TOAST_WIRE_FRAGMENT_HEAD) {
    return 0U;
  }
  const unsigned index = frame[3];
  const unsigned count = frame[4];
  const unsigned size  = toast_get16(frame + 5);
  const bool     last  = index + 1U == count;
  return count <= TOAST_WIRE_MAX_FRAGMENTS && index < count && size > 0U &&
             (last ? size <= TOAST_WIRE_FRAGMENT : size == TOAST_WIRE_FRAGMENT)
           ? TOAST_WIRE_FRAGMENT_HEAD + size
           : 0U;
}

bool toast_bulk_take(ToastBulkIn* const   bulk,
                     const uint8_t* const frame,
                     const size_t         size)
{
  const uint16_t id    = toast_get16(frame + 1);
  const unsigned index = frame[3];
  if (id != bulk->id) {
    if (id == (uint16_t)(bulk->id - 1U)) { // Its acknowledgement was lost
      bulk->acked_id = id;
      bulk->acked    = UINT16_MAX;
    }
    return false;
  }
  if (bulk->have == 0U) {
    bulk->count = frame[4];
  }
  if (bulk->count != frame[4]) {
    return false; // Of two sizes the first counts
  }
  if (!(((unsigned)bulk->have >> index) & 1U)) {
    const size_t at   = (size_t)index * TOAST_WIRE_FRAGMENT;
    const size_t data = size - TOAST_WIRE_FRAGMENT_HEAD;
    memcpy(bulk->data + at, frame + TOAST_WIRE_FRAGMENT_HEAD, data);
    bulk->have = (uint16_t)((unsigned)bulk->have | (1U << index));
    bulk->size = (uint16_t)(index + 1U == bulk->count ? at + data : bulk->size);
  }
  bulk->acked_id = id;
  bulk->acked    = bulk->have;
  if (bulk->have != all_of(bulk->count)) {
    return false;
  }
  ++bulk->id;
  bulk->have = 0U;
  return true;
}
