// SPDX-License-Identifier: MIT
// BLOCKMIN: the block minima one side saw, told to the other. Each is repeated
// in several frames, so losing some does no harm.

#include "toast/clock.h"

#include <base/seq.h>

#define BLOCK_US INT64_C(100000)
#define BLOCK_STEP_US 400
#define STEPS_IN_BLOCK 250U
#define MAX_AGE_US INT64_C(60000000)

size_t toast_clock_report_write(ToastEstimator* const estimator,
                                uint8_t* const        out,
                                const size_t          capacity)
{
  const uint32_t all = estimator->report_count;
  const uint32_t count =
    all < TOAST_WIRE_BLOCKMIN_COUNT ? all : TOAST_WIRE_BLOCKMIN_COUNT;

  const size_t most =
    TOAST_WIRE_BLOCKMIN_HEAD + (size_t)count * TOAST_WIRE_BLOCKMIN_ENTRY;
  if (!estimator->report_due || capacity < most) {
    return 0U;
  }
  const int64_t newest =
    estimator->reports[(all - 1U) % TOAST_WIRE_BLOCKMIN_COUNT].number;
  uint8_t* entry   = out + TOAST_WIRE_BLOCKMIN_HEAD;
  unsigned written = 0U;
  for (uint32_t i = 0U; i < count; ++i) {
    const ToastBlock* const block =
      &estimator->reports[(all - count + i) % TOAST_WIRE_BLOCKMIN_COUNT];
    if (newest - block->number <= UINT8_MAX) {
      entry[0] = (uint8_t)(newest - block->number);
      entry[1] = block->at;
      toast_put32(entry + 2, (uint32_t)block->least);
      entry += TOAST_WIRE_BLOCKMIN_ENTRY;
      ++written;
    }
  }
  out[0] = TOAST_WIRE_FRAME_BLOCKMIN;
  out[1] = (uint8_t)written;
  toast_put16(out + 2, (uint16_t)newest);
  estimator->report_due = false;
  return (size_t)(entry - out);
}

void toast_clock_report_read(ToastEstimator* const estimator,
                             const int64_t         own_us,
                             const uint8_t* const  frame,
                             const unsigned        count)
{
  const int64_t newest =
    jam_seq_unwrap(own_us / BLOCK_US, toast_get16(frame + 2), 16U);
  const uint8_t* entry = frame + TOAST_WIRE_BLOCKMIN_HEAD;
  for (unsigned i = 0U; i < count; ++i) {
    const int64_t number = newest - entry[0];
    const int64_t sent =
      number * BLOCK_US + entry[1] * BLOCK_STEP_US + BLOCK_STEP_US / 2;
    // Out of order, from the future or stale: not something we sent lately
    if (number > estimator->returned && entry[1] < STEPS_IN_BLOCK &&
        sent <= own_us + BLOCK_STEP_US && own_us - sent < MAX_AGE_US) {
      estimator->returned = number;
      toast_clock_returned(estimator,
                           sent < own_us ? sent : own_us,
                           toast_get32(entry + 2));
    }
    entry += TOAST_WIRE_BLOCKMIN_ENTRY;
  }
}
