// SPDX-License-Identifier: MIT
// A bitmap over a ring of words, twice as long as the span so that the word
// being entered can be cleared as a whole.

#include "toast/window.h"

#include <string.h>

#define WORD_MASK (TOAST_WINDOW_WORDS - 1U)

static void advance(ToastWindow* const window, const uint32_t number)
{
  const uint32_t from = window->expected ? (window->expected - 1U) / 64U : 0U;
  const uint32_t to   = number / 64U;
  if (to - from >= TOAST_WINDOW_WORDS) {
    memset(window->words, 0, sizeof(window->words));
  } else {
    for (uint32_t word = from; word != to; ++word) {
      window->words[(word + 1U) & WORD_MASK] = 0U;
    }
  }
  window->expected = number + 1U;
}

bool toast_window_take(ToastWindow* const window, const uint32_t number)
{
  if (number == UINT32_MAX) {
    return false; // Numbers end here: the sender must stop before
  }
  if (number >= window->expected) {
    advance(window, number);
  } else if (window->expected - number > TOAST_WINDOW_SPAN) {
    return false;
  }
  uint64_t* const word = &window->words[(number / 64U) & WORD_MASK];
  const uint64_t  bit  = UINT64_C(1) << (number & 63U);
  if (*word & bit) {
    return false;
  }
  *word |= bit;
  return true;
}

uint64_t toast_window_bitmap(const ToastWindow* const window)
{
  if (window->expected == 0U) {
    return 0U;
  }
  const uint32_t largest = window->expected - 1U;
  const uint32_t word    = largest / 64U;
  const uint32_t shift   = largest & 63U;
  const uint64_t upper   = window->words[word & WORD_MASK];
  const uint64_t lower   = word ? window->words[(word - 1U) & WORD_MASK] : 0U;
  return shift ? (upper << (64U - shift)) | (lower >> shift) : lower;
}
