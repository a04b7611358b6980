// SPDX-License-Identifier: MIT
// Which packet numbers were received: drops replays and duplicates.
// Source of the ring of words: RFC 6479.

#ifndef JAM_TOAST_WINDOW_H
#define JAM_TOAST_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define TOAST_WINDOW_SPAN 2048U ///< Older numbers than this are refused
#define TOAST_WINDOW_WORDS 64U

typedef struct ToastWindow {
  uint64_t words[TOAST_WINDOW_WORDS];
  uint32_t expected; ///< Largest number received plus one; 0 at the start
} ToastWindow;

/// Notes a packet number; false if it was seen before or is too old to tell.
bool toast_window_take(ToastWindow* window, uint32_t number);

/// Returns which of the 64 numbers before the largest came: bit 63 is
/// largest - 1, bit 0 largest - 64.
uint64_t toast_window_bitmap(const ToastWindow* window);

#endif // JAM_TOAST_WINDOW_H
