// SPDX-License-Identifier: MIT
// Standard MIDI files, as a list of short messages in time order.
//
// Format: "Standard MIDI Files 1.0", MIDI Manufacturers Association. Types 0
// and 1, ticks a quarter note; system exclusive and meta events are left out,
// but for the tempo.

#ifndef JAM_TEST_SMF_H
#define JAM_TEST_SMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SmfEvent {
  int64_t  time_ns;
  uint64_t tick;
  uint32_t order; ///< In the file, for equal ticks
  uint8_t  size;
  uint8_t  bytes[3];
  // Of a system exclusive message: what follows F0, in the file's bytes
  const uint8_t* tail;
  uint32_t       tail_size;
} SmfEvent;

/// Reads a file's bytes. Returns an array of `*count` events (owned by the
/// caller: free), or null for anything that is not such a file.
SmfEvent* smf_read(const uint8_t* data, size_t size, size_t* count);

/// The same with system exclusive messages, of size 1 (F0) and a tail in
/// `data`.
SmfEvent* smf_read_all(const uint8_t* data, size_t size, size_t* count);

#endif // JAM_TEST_SMF_H
