// SPDX-License-Identifier: MIT
// Reading a port's map.

#include "midi_map.h"

#include <stdlib.h>
#include <string.h>

#define NOWHERE 17U
#define MOST_SEMITONES 60

// A number of at most two digits in `least` .. `most`, or 0
static unsigned read_channel(const char** const at)
{
  unsigned value = 0U;
  for (unsigned i = 0U; i < 2U && **at >= '0' && **at <= '9'; ++i, ++*at) {
    value = value * 10U + (unsigned)(**at - '0');
  }
  return value <= 16U ? value : 0U;
}

static bool read_move(const char** const at, MidiMap* const out)
{
  const bool all = **at == '*';
  *at += all ? 1 : 0;
  const unsigned from = all ? 0U : read_channel(at);
  if ((!all && from == 0U) || **at != '>') {
    return false;
  }
  ++*at;
  const bool drops = **at == '-';
  *at += drops ? 1 : 0;
  const unsigned to = drops ? NOWHERE : read_channel(at);
  for (unsigned i = 0U; i < 16U; ++i) {
    out->channels[i] = all || i + 1U == from ? (uint8_t)to : out->channels[i];
  }
  return to != 0U;
}

static bool read_transpose(const char** const at, MidiMap* const out)
{
  char*      end   = NULL;
  const long value = strtol(*at, &end, 10);
  const bool good  = end > *at + 1 && value >= -MOST_SEMITONES &&
                    value <= MOST_SEMITONES && (*at)[1] != ' ';
  *at            = end;
  out->transpose = (int8_t)(good ? value : 0);
  return good;
}

bool midi_map_read(const char* const text, MidiMap* const out)
{
  const char* at = text;
  memset(out, 0, sizeof(*out));
  while (*at) {
    if (!(*at == '+' || *at == '-' ? read_transpose(&at, out)
                                   : read_move(&at, out))) {
      return false;
    }
    if (*at == ',' && at[1]) {
      ++at;
    } else if (*at) {
      return false;
    }
  }
  return true;
}
