// SPDX-License-Identifier: MIT
// Reading Standard MIDI Files: untrusted bytes, so every step asks for room.

#include "support/smf.h"

#include <stdlib.h>
#include <string.h>

#define TEMPO 0x51U // Kept as an event of size 0 until times are known
#define QUARTER_NS INT64_C(500000000) // 120 beats a minute

typedef struct Reader {
  const uint8_t* data;
  size_t         left;
  bool           bad;
} Reader;

typedef struct Events {
  SmfEvent* list;
  size_t    count, capacity;
  bool      bad;
  bool      all; // System exclusive too
} Events;

static uint32_t take(Reader* const reader, const unsigned bytes)
{
  if (reader->left < bytes) {
    reader->bad  = true;
    reader->left = 0U;
    return 0U;
  }
  uint32_t number = 0U;
  for (unsigned i = 0U; i < bytes; ++i) {
    number = (number << 8U) | reader->data[i];
  }
  reader->data += bytes;
  reader->left -= bytes;
  return number;
}

static void skip(Reader* const reader, const uint32_t bytes)
{
  reader->bad |= bytes > reader->left;
  const size_t size = reader->bad ? reader->left : bytes;
  reader->data += size;
  reader->left -= size;
}

static uint32_t take_length(Reader* const reader)
{
  uint32_t number = 0U;
  for (unsigned i = 0U; i < 4U; ++i) {
    const uint32_t byte = take(reader, 1U);
    number              = (number << 7U) | (byte & 0x7FU);
    if (byte < 0x80U) {
      return number;
    }
  }
  reader->bad = true;
  return 0U;
}

static void add(Events* const events, SmfEvent event)
{
  if (events->count == events->capacity) {
    const size_t    capacity = events->capacity ? 2U * events->capacity : 256U;
    SmfEvent* const list =
      (SmfEvent*)realloc(events->list, capacity * sizeof(SmfEvent));
    if (!list) {
      events->bad = true;
      return;
    }
    events->list     = list;
    events->capacity = capacity;
  }
  event.order                   = (uint32_t)events->count;
  events->list[events->count++] = event;
}

static void
read_meta(Reader* const reader, Events* const events, const uint64_t tick)
{
  const uint32_t kind   = take(reader, 1U);
  const uint32_t length = take_length(reader);
  if (kind == TEMPO && length == 3U) {
    const uint32_t us   = take(reader, 3U);
    const SmfEvent note = {.time_ns = (int64_t)us * 1000,
                           .tick    = tick,
                           .size    = 0U};
    add(events, note);
  } else {
    skip(reader, length);
  }
}

static void read_channel(Reader* const  reader,
                         Events* const  events,
                         const uint64_t tick,
                         const uint8_t  status,
                         const uint32_t first)
{
  const uint8_t kind  = status & 0xF0U;
  const bool    two   = kind != 0xC0U && kind != 0xD0U;
  SmfEvent      event = {.tick = tick, .size = two ? 3U : 2U};
  event.bytes[0]      = status;
  event.bytes[1]      = (uint8_t)(first & 0x7FU);
  event.bytes[2]      = two ? (uint8_t)(take(reader, 1U) & 0x7FU) : 0U;
  if (!reader->bad) {
    add(events, event);
  }
}

static void read_track(Reader* const reader, Events* const events)
{
  uint64_t tick    = 0U;
  uint8_t  running = 0U;
  while (reader->left > 0U && !reader->bad && !events->bad) {
    tick += take_length(reader);
    const uint8_t byte = (uint8_t)take(reader, 1U);
    if (byte == 0xFFU) {
      read_meta(reader, events, tick);
    } else if (byte == 0xF0U || byte == 0xF7U) {
      const uint32_t length = take_length(reader);
      const SmfEvent event  = {.tick      = tick,
                               .size      = 1U,
                               .bytes     = {byte},
                               .tail      = reader->data,
                               .tail_size = length};
      skip(reader, length);
      if (events->all && byte == 0xF0U && length > 0U && !reader->bad) {
        add(events, event);
      }
    } else if (byte >= 0x80U && byte < 0xF0U) {
      running = byte;
      read_channel(reader, events, tick, running, take(reader, 1U));
    } else if (byte < 0x80U && running) {
      read_channel(reader, events, tick, running, byte);
    } else {
      reader->bad = true;
    }
  }
}

static int compare(const void* const a, const void* const b)
{
  const SmfEvent* const x = (const SmfEvent*)a;
  const SmfEvent* const y = (const SmfEvent*)b;
  if (x->tick != y->tick) {
    return x->tick < y->tick ? -1 : 1;
  }
  return x->order < y->order ? -1 : 1;
}

// Ticks to nanoseconds through the tempo map, which then goes
static void set_times(Events* const events, const uint32_t division)
{
  int64_t  quarter = QUARTER_NS;
  int64_t  time    = 0;
  uint64_t tick    = 0U;
  size_t   kept    = 0U;
  if (events->count > 0U) {
    qsort(events->list, events->count, sizeof(SmfEvent), compare);
  }
  for (size_t i = 0U; i < events->count; ++i) {
    SmfEvent event = events->list[i];
    time += (int64_t)((double)(event.tick - tick) * (double)quarter / division);
    tick = event.tick;
    if (event.size == 0U) {
      quarter = event.time_ns;
    } else {
      event.time_ns        = time;
      events->list[kept++] = event;
    }
  }
  events->count = kept;
}

static SmfEvent* read_file(const uint8_t* const data,
                           const size_t         size,
                           const bool           all,
                           size_t* const        count)
{
  Reader reader = {data, size, false};
  Events events = {NULL, 0U, 0U, false, all};
  *count        = 0U;
  if (take(&reader, 4U) != 0x4D546864U || take(&reader, 4U) != 6U) {
    return NULL; // "MThd"
  }
  const uint32_t type     = take(&reader, 2U);
  const uint32_t tracks   = take(&reader, 2U);
  const uint32_t division = take(&reader, 2U);
  reader.bad |= type > 1U || division == 0U || division > 0x7FFFU;
  for (uint32_t i = 0U; i < tracks && !reader.bad; ++i) {
    const uint32_t name   = take(&reader, 4U);
    const uint32_t length = take(&reader, 4U);
    Reader         track  = {reader.data, length, false};
    skip(&reader, length);
    if (name == 0x4D54726BU && !reader.bad) { // "MTrk"
      read_track(&track, &events);
      reader.bad |= track.bad;
    }
  }
  if (reader.bad || events.bad) {
    free(events.list);
    return NULL;
  }
  set_times(&events, division);
  *count = events.count;
  return events.list;
}

SmfEvent*
smf_read(const uint8_t* const data, const size_t size, size_t* const count)
{
  return read_file(data, size, false, count);
}

SmfEvent*
smf_read_all(const uint8_t* const data, const size_t size, size_t* const count)
{
  return read_file(data, size, true, count);
}
