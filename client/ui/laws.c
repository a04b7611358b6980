// SPDX-License-Identifier: MIT
// The laws of meter, fader and pan, and how their values are written.

#include "laws.h"

#include "theme.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\xE2\x88\x92"
#define METER_SPAN_DB 60.0F
#define METER_ZERO 0.1F // 10 ^ (floor / span): what the law gives at the floor
#define GAIN_TOP 2.0F
#define PAN_MARKS 50.0F
#define SHOWN_DB_MIN (-99.95F)

static float clamp(const float value, const float low, const float high)
{
  // Written so that not-a-number gives `low`
  return (value > low) ? (value < high ? value : high) : low;
}

float ui_db(const float linear)
{
  return (linear > 0.0F) ? 20.0F * log10f(linear) : -INFINITY;
}

float ui_meter_position(const float db)
{
  const float p =
    (powf(10.0F, db / METER_SPAN_DB) - METER_ZERO) / (1.0F - METER_ZERO);
  return clamp(p, 0.0F, 1.0F);
}

float ui_fader_position(const float gain)
{
  return cbrtf(clamp(gain, 0.0F, GAIN_TOP) / GAIN_TOP);
}

float ui_fader_gain(const float position)
{
  const float p = clamp(position, 0.0F, 1.0F);
  return (p < UI_FADER_BOTTOM_P) ? 0.0F : GAIN_TOP * p * p * p;
}

float ui_gain_step(const float gain, const float step_db)
{
  const float db = ui_db(gain);
  if (db < UI_METER_FLOOR_DB) {
    return (step_db > 0.0F) ? powf(10.0F, UI_METER_FLOOR_DB / 20.0F) : 0.0F;
  }
  // Steps land on tenths, so that 0.0 dB is met again
  const float next = roundf((db + step_db) * 10.0F) / 10.0F;
  if (next < UI_METER_FLOOR_DB) {
    return 0.0F;
  }
  return (next >= UI_FADER_MAX_DB) ? GAIN_TOP : powf(10.0F, next / 20.0F);
}

float ui_pan_step(const float pan, const float step)
{
  const float marks = roundf(clamp(pan, -1.0F, 1.0F) * PAN_MARKS) + step;
  return clamp(marks / PAN_MARKS, -1.0F, 1.0F);
}

void ui_db_text(char* const  out,
                const size_t capacity,
                const float  db,
                const bool   unit)
{
  const char* const tail = unit ? " dB" : "";
  if (!(db > SHOWN_DB_MIN)) {
    snprintf(out, capacity, MINUS "inf%s", tail);
    return;
  }
  const float tenths = roundf(db * 10.0F) / 10.0F;
  const char* sign   = "";
  if (tenths < 0.0F) {
    sign = MINUS;
  } else if (tenths > 0.0F) {
    sign = "+";
  }
  snprintf(out, capacity, "%s%.1f%s", sign, (double)fabsf(tenths), tail);
}

void ui_db_words(char* const out, const size_t capacity, const float db)
{
  if (!(db > SHOWN_DB_MIN)) {
    snprintf(out, capacity, "silent");
    return;
  }
  const float tenths = roundf(db * 10.0F) / 10.0F;
  snprintf(out,
           capacity,
           "%s%.1f decibels",
           tenths < 0.0F ? "minus " : "",
           (double)fabsf(tenths));
}

static int pan_marks(const float pan)
{
  return (int)lrintf(clamp(pan, -1.0F, 1.0F) * PAN_MARKS);
}

void ui_pan_text(char* const out, const size_t capacity, const float pan)
{
  const int marks = pan_marks(pan);
  if (marks == 0) {
    snprintf(out, capacity, "C");
  } else {
    snprintf(out,
             capacity,
             "%s %d",
             marks < 0 ? "L" : "R",
             marks < 0 ? -marks : marks);
  }
}

void ui_pan_words(char* const out, const size_t capacity, const float pan)
{
  const int marks = pan_marks(pan);
  if (marks == 0) {
    snprintf(out, capacity, "centre");
  } else {
    snprintf(out,
             capacity,
             "%s %d",
             marks < 0 ? "left" : "right",
             marks < 0 ? -marks : marks);
  }
}

// Reads one code point; returns its length, or 0 if it is not valid UTF-8
static size_t
code_point(const uint8_t* const text, const size_t size, uint32_t* const out)
{
  static const struct {
    uint8_t  mask, lead;
    uint32_t least;
  } forms[] = {{0x80, 0x00, 0},
               {0xE0, 0xC0, 0x80},
               {0xF0, 0xE0, 0x800},
               {0xF8, 0xF0, 0x10000}};

  for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); ++form) {
    if ((text[0] & forms[form].mask) != forms[form].lead) {
      continue;
    }
    if (form >= size) {
      return 0;
    }
    uint32_t code = text[0] & (uint8_t)~forms[form].mask;
    for (size_t i = 1; i <= form; ++i) {
      if ((text[i] & 0xC0) != 0x80) {
        return 0;
      }
      code = (code << 6U) | (text[i] & 0x3FU);
    }
    *out = code;
    return (code < forms[form].least || code > 0x10FFFF ||
            (code >= 0xD800 && code <= 0xDFFF))
             ? 0
             : form + 1U;
  }
  return 0;
}

static bool is_harmless(const uint32_t code)
{
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool turns   = code == 0x200E || code == 0x200F ||
                     (code >= 0x2028 && code <= 0x202E) ||
                     (code >= 0x2066 && code <= 0x2069);
  return !control && !turns;
}

void ui_clean_text(char* const       out,
                   const size_t      capacity,
                   const char* const text,
                   const size_t      size)
{
  size_t used = 0;
  for (size_t at = 0; at < size && text[at];) {
    uint32_t     code   = 0;
    const size_t length = code_point((const uint8_t*)text + at,
                                     strnlen(text + at, size - at),
                                     &code);
    const bool   keep   = length > 0 && is_harmless(code);
    const size_t needed = keep ? length : 1U;
    if (used + needed + 1U > capacity) {
      break;
    }
    if (keep) {
      memcpy(out + used, text + at, length);
    } else {
      out[used] = length > 0 ? ' ' : '?';
    }
    used += needed;
    at += length > 0 ? length : 1U;
  }
  out[used] = '\0';
}
