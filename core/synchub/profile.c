// SPDX-License-Identifier: MIT
// What a user says of itself, made fit to be shown to others.

#include "synchub/synchub.h"

#include "wire/utf8.h"

#include <string.h>

static uint32_t decode(const char* const text, const size_t size)
{
  static const uint8_t lead[5] = {0U, 0x7FU, 0x1FU, 0x0FU, 0x07U};

  uint32_t point = (uint8_t)text[0] & lead[size];
  for (size_t i = 1U; i < size; ++i) {
    point = point << 6U | ((uint8_t)text[i] & 0x3FU);
  }
  return point;
}

static bool is_between(const uint32_t point, const uint32_t a, const uint32_t b)
{
  return point >= a && point <= b;
}

// Controls, and what is invisible or turns the text around it: a name must not
// be able to look like somebody else's or to spoil the line it stands in.
// Joiners (U+200C, U+200D) stay: some scripts and emoji need them.
static bool is_unwanted(const uint32_t point)
{
  return point < 0x20U || is_between(point, 0x7FU, 0x9FU) || point == 0xADU ||
         point == 0x200BU || is_between(point, 0x200EU, 0x200FU) ||
         is_between(point, 0x2028U, 0x202EU) ||
         is_between(point, 0x2060U, 0x206FU) || point == 0xFEFFU ||
         is_between(point, 0xFFF9U, 0xFFFDU) ||
         is_between(point, 0xE0000U, 0xE007FU);
}

static bool is_space(const uint32_t point)
{
  return point == 0x20U || point == 0xA0U || point == 0x3000U ||
         is_between(point, 0x2000U, 0x200AU);
}

void synchub_name_clean(char out[SYNCHUB_MAX_NAME + 1U], const char* const text)
{
  const size_t size = strlen(text);
  size_t       used = 0U;
  size_t       keep = 0U; // Up to the last character that is not a space
  size_t       step = 0U;
  for (size_t at = 0U; at < size; at += step) {
    bool good            = false;
    step                 = wire_utf8_next(text + at, size - at, &good);
    const uint32_t point = good ? decode(text + at, step) : 0U;
    if (is_unwanted(point) || (is_space(point) && used == 0U)) {
      continue;
    }
    if (used + step > SYNCHUB_MAX_NAME) {
      break;
    }
    memcpy(out + used, text + at, step);
    used += step;
    keep = is_space(point) ? keep : used;
  }
  out[keep] = '\0';
  if (keep == 0U) {
    memcpy(out, "Player", sizeof("Player"));
  }
}

bool synchub_profile_valid(const SynchubProfile* const profile)
{
  const uint32_t rate = profile->rate_hz;
  return (rate == 44100U || rate == 48000U || rate == 96000U ||
          rate == 192000U) &&
         (profile->bits == 16U || profile->bits == 24U) &&
         profile->frames >= 16U && profile->frames <= 1024U &&
         memchr(profile->name, '\0', sizeof(profile->name)) != NULL;
}
