// SPDX-License-Identifier: MIT
// The storm: links in virtual time, and a synthesiser of our own on both sides,
// which shares no code with the links.

#include "midip2p_storm.h"

#include "midip2p_synth.h"

#include "base/rand.h"
#include "base/time.h"
#include "midip2p/packet.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHTS 2048U
#define MOST_NUMBERS 8192
#define MOST_SYSEX 4U

typedef struct Sums {
  uint64_t held, all;
} Sums;

typedef struct Flight {
  JamTime at;
  bool    back;
  size_t  size;
  char    text[MIDIP2P_MAX_TEXT];
} Flight;

typedef struct Path {
  double  loss, burst, duplicate;
  JamTime burst_span, delay, jitter;
} Path;

typedef struct Storm {
  JamRand      rand;
  Path         path;
  StormFault   fault;
  JamTime      now, outage_end[2];
  Midip2pLink* ends[2]; // Player, listener
  Flight*      flights;
  unsigned     flight_count;
  Synth        played, heard;
  Sums*        sums;          // Of what was played, by number of event
  uint32_t     epoch;         // Of the player
  int64_t      first, filled; // Numbers of the first and last sum
  bool         partial;       // The player began anew: controllers are not told
  uint8_t      sysex[MOST_SYSEX][300];
  size_t       sysex_size[MOST_SYSEX];
  unsigned     sysex_sent, sysex_got;
  StormCounts* counts;
} Storm;

// The path

static void spoil(const Storm* const storm, Midip2pPacket* const packet)
{
  unsigned kept = 0U;
  for (unsigned i = 0U; i < packet->delta_count; ++i) {
    const uint8_t* const bytes = packet->delta[i].bytes;
    const unsigned       kind  = bytes[0] >> 4U;
    const bool           data  = kind == 11U && bytes[1] == 38U;
    const bool skip = (storm->fault == STORM_FAULT_PRESSURE && kind == 13U) ||
                      (storm->fault == STORM_FAULT_FIRST && i == 0U) ||
                      (storm->fault == STORM_FAULT_NOTE && kind == 8U);
    packet->delta[kept] = packet->delta[i];
    kept += skip ? 0U : 1U;
    if (storm->fault == STORM_FAULT_SELECT && data) {
      i += 2U;
    }
  }
  packet->delta_count = kept;
  if (storm->fault == STORM_FAULT_EVENT && packet->count > 1U) {
    memmove(packet->events,
            packet->events + 1,
            (packet->count - 1U) * sizeof(packet->events[0]));
    --packet->count;
  }
}

static size_t tamper(const Storm* const storm, char* const text, size_t size)
{
  Midip2pPacket packet;
  if (storm->fault == STORM_NO_FAULT ||
      !midip2p_packet_read(text, size, &packet)) {
    return size;
  }
  spoil(storm, &packet);
  return midip2p_packet_write(&packet, text, MIDIP2P_MAX_TEXT);
}

static void
launch(Storm* const storm, const bool back, const char* text, size_t size)
{
  const Path* const path   = &storm->path;
  JamTime* const    outage = &storm->outage_end[back ? 1U : 0U];
  if (storm->now >= *outage && jam_rand_unit(&storm->rand) < path->burst) {
    *outage = storm->now +
              (JamTime)(jam_rand_unit(&storm->rand) * (double)path->burst_span);
  }
  unsigned copies =
    storm->now < *outage || jam_rand_unit(&storm->rand) < path->loss ? 0U : 1U;
  while (copies > 0U && copies < 4U &&
         jam_rand_unit(&storm->rand) < path->duplicate) {
    ++copies;
  }
  for (; copies > 0U && storm->flight_count < FLIGHTS; --copies) {
    Flight* const flight = &storm->flights[storm->flight_count++];
    flight->at           = storm->now + path->delay +
                 (JamTime)(jam_rand_unit(&storm->rand) * (double)path->jitter);
    flight->back = back;
    flight->size = size;
    memcpy(flight->text, text, size);
    flight->size = tamper(storm, flight->text, size);
  }
}

static void check(Storm* const storm)
{
  const int64_t number = midip2p_number(storm->ends[1], false);
  if (number < storm->first || number - storm->first >= MOST_NUMBERS) {
    return;
  }
  const int64_t     known = number < storm->filled ? number : storm->filled;
  const Sums* const want  = &storm->sums[known - storm->first];
  ++storm->counts->accepted;
  const bool good = storm->partial ? want->held == storm->heard.held
                                   : want->all == storm->heard.all;
  storm->counts->mismatches += good ? 0U : 1U;
  if (number == midip2p_number(storm->ends[0], true) &&
      jam_rand_below(&storm->rand, 16U) == 0U &&
      midip2p_state_hash(storm->ends[0], true) !=
        midip2p_state_hash(storm->ends[1], false)) {
    ++storm->counts->internal;
  }
}

static void read_sysex(Storm* const storm)
{
  const uint8_t* bytes   = NULL;
  int64_t        time_us = 0;
  const size_t   size    = midip2p_sysex(storm->ends[1], &bytes, &time_us);
  if (size == 0U || storm->sysex_sent > MOST_SYSEX) {
    return;
  }
  const unsigned i = storm->sysex_got++;
  if (i >= storm->sysex_sent || size != storm->sysex_size[i] ||
      memcmp(bytes, storm->sysex[i], size) != 0) {
    ++storm->counts->sysex_bad;
  }
  ++storm->counts->sysex;
}

static void drain(Storm* const storm)
{
  Midip2pEvent event;
  while (midip2p_event(storm->ends[1], &event)) {
    synth_follow(&storm->heard, event.bytes);
    storm->counts->silences += event.origin == MIDIP2P_RELEASED ? 1U : 0U;
  }
  read_sysex(storm);
}

static void flush(Storm* const storm)
{
  char text[MIDIP2P_MAX_TEXT];
  for (unsigned end = 0U; end < 2U; ++end) {
    while (midip2p_deadline(storm->ends[end]) <= storm->now) {
      const size_t size =
        midip2p_output(storm->ends[end], storm->now, text, sizeof(text));
      if (size == 0U) {
        break;
      }
      launch(storm, end == 1U, text, size);
    }
  }
  drain(storm);
}

static void arrive(Storm* const storm, const Flight* const flight)
{
  if (flight->back) {
    midip2p_input(storm->ends[0], storm->now, flight->text, flight->size);
    return;
  }
  const Midip2pStats before = *midip2p_stats(storm->ends[1]);
  Midip2pPacket      packet = {0};
  (void)midip2p_packet_read(flight->text, flight->size, &packet);
  midip2p_input(storm->ends[1], storm->now, flight->text, flight->size);
  const Midip2pStats* const after = midip2p_stats(storm->ends[1]);
  drain(storm);
  if (packet.stream == storm->epoch && after->gaps == before.gaps &&
      (after->received > before.received || after->repairs > before.repairs ||
       after->duplicates > before.duplicates)) {
    check(storm);
  }
}

static void land(Storm* const storm)
{
  for (unsigned i = storm->flight_count; i-- > 0U;) {
    if (storm->flights[i].at <= storm->now) {
      const Flight flight = storm->flights[i];
      storm->flights[i]   = storm->flights[--storm->flight_count];
      arrive(storm, &flight);
    }
  }
}

static void run(Storm* const storm, const JamTime stop)
{
  flush(storm);
  for (;;) {
    JamTime next = jam_time_min(midip2p_deadline(storm->ends[0]),
                                midip2p_deadline(storm->ends[1]));
    for (unsigned i = 0U; i < storm->flight_count; ++i) {
      next = jam_time_min(next, storm->flights[i].at);
    }
    if (next > stop) {
      storm->now = stop;
      return;
    }
    storm->now = next > storm->now ? next : storm->now;
    land(storm);
    flush(storm);
  }
}

// The player

// Numbers without an event, of whole states, change nothing
static void note_number(Storm* const storm)
{
  const int64_t last = midip2p_number(storm->ends[0], true);
  if (storm->first == 0) {
    storm->first   = last - 1; // The whole state before the first event
    storm->filled  = storm->first;
    storm->sums[0] = (Sums){0U, 0U};
  }
  for (;
       storm->filled < last && storm->filled - storm->first < MOST_NUMBERS - 2;
       ++storm->filled) {
    Sums* const at = &storm->sums[storm->filled - storm->first];
    at[1]          = storm->filled + 1 == last
                       ? (Sums){storm->played.held, storm->played.all}
                       : at[0];
  }
}

static unsigned pick(JamRand* const rand, const uint8_t* from, unsigned count)
{
  return from[jam_rand_below(rand, count)];
}

#define PICK(rand, list) pick((rand), (list), sizeof(list))

static void draw_control(JamRand* const rand, uint8_t* const out)
{
  static const uint8_t plain[]  = {0, 1, 2, 7, 11, 32, 64, 66, 67, 74, 122};
  static const uint8_t select[] = {98, 99, 100, 101, 6, 38, 96, 97};
  static const uint8_t modes[]  = {120, 121, 123, 124, 125, 126, 127};
  static const uint8_t values[] = {0, 1, 5, 127};
  const unsigned       turn     = jam_rand_below(rand, 24U);
  if (turn < 10U) {
    out[1] = (uint8_t)PICK(rand, plain);
    out[2] = (uint8_t)jam_rand_below(rand, 128U);
  } else if (turn < 22U) {
    out[1] = (uint8_t)PICK(rand, select);
    out[2] = (uint8_t)PICK(rand, values);
  } else {
    out[1] = (uint8_t)PICK(rand, modes);
    out[2] = out[1] == 126U ? (uint8_t)jam_rand_below(rand, 17U) : 0U;
  }
}

static void
draw(JamRand* const rand, const unsigned keys, Midip2pEvent* const out)
{
  static const uint8_t kinds[] =
    {9, 9, 9, 9, 9, 9, 8, 8, 8, 10, 11, 11, 11, 11, 12, 13, 14, 15};
  static const uint8_t system[] =
    {0xF1, 0xF2, 0xF3, 0xF6, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF, 0xF4};
  static const uint8_t force[] = {0, 0, 1, 64, 127};
  const unsigned       kind    = PICK(rand, kinds);
  memset(out, 0, sizeof(*out));
  out->bytes[0] = (uint8_t)(kind << 4U | jam_rand_below(rand, 3U) * 7U);
  out->bytes[1] = (uint8_t)(30U + jam_rand_below(rand, keys));
  out->bytes[2] = (uint8_t)jam_rand_below(rand, 128U);
  if (kind == 9U) {
    out->bytes[2] = (uint8_t)PICK(rand, force);
  } else if (kind == 11U) {
    draw_control(rand, out->bytes);
  } else if (kind == 15U) {
    out->bytes[0] = (uint8_t)PICK(rand, system);
  }
  out->size = midip2p_message_size(out->bytes[0]);
  for (unsigned i = out->size; i < 3U; ++i) {
    out->bytes[i] = 0U;
  }
}

static void play(Storm* const storm, const unsigned keys)
{
  Midip2pEvent event;
  draw(&storm->rand, keys, &event);
  event.time_us =
    storm->now / JAM_US - (int64_t)jam_rand_below(&storm->rand, 3000U);
  if (midip2p_send(storm->ends[0], storm->now, &event) == JAM_OK) {
    synth_follow(&storm->played, event.bytes);
    note_number(storm);
  }
}

static void play_sysex(Storm* const storm)
{
  if (storm->sysex_sent >= MOST_SYSEX) {
    return;
  }
  uint8_t* const bytes = storm->sysex[storm->sysex_sent];
  const size_t   size  = 2U + jam_rand_below(&storm->rand, 290U);
  bytes[0]             = 0xF0U;
  for (size_t i = 1U; i + 1U < size; ++i) {
    bytes[i] = (uint8_t)jam_rand_below(&storm->rand, 128U);
  }
  bytes[size - 1U] = 0xF7U;
  if (midip2p_send_sysex(storm->ends[0], storm->now, 5, bytes, size) ==
      JAM_OK) {
    storm->sysex_size[storm->sysex_sent++] = size;
  }
}

static Midip2pLink* new_link(Storm* const storm, const bool player)
{
  Midip2pLink*   link = NULL;
  const uint32_t epoch =
    player && storm->epoch ? storm->epoch + 1U : jam_rand_u32(&storm->rand);
  storm->epoch = player ? epoch : storm->epoch;
  if (midip2p_link_new(NULL, epoch, &link) != JAM_OK) {
    abort();
  }
  midip2p_set_compact(link, (storm->path.delay / JAM_MS) % 2 == 0);
  midip2p_set_loss(link, storm->path.loss);
  return link;
}

static void restart(Storm* const storm)
{
  Midip2pLink* const old = storm->ends[0];
  ++storm->counts->restarts;
  // A new life knows nothing of the long messages of the old one
  storm->sysex_sent = MOST_SYSEX + 1U;
  if (jam_rand_below(&storm->rand, 3U) == 0U) {
    midip2p_link_free(storm->ends[1]);
    storm->ends[1] = new_link(storm, false);
    synth_start(&storm->heard);
    return;
  }
  storm->ends[0] = new_link(storm, true);
  storm->first   = 0;
  if (jam_rand_below(&storm->rand, 2U)) {
    midip2p_link_seed(storm->ends[0], storm->now, old, true);
    storm->first   = midip2p_number(storm->ends[0], true);
    storm->filled  = storm->first;
    storm->sums[0] = (Sums){storm->played.held, storm->played.all};
  } else {
    synth_start(&storm->played);
    storm->partial = true;
  }
  midip2p_link_free(old);
}

static void draw_path(Storm* const storm)
{
  static const uint8_t losses[] = {1, 3, 10, 30, 60, 90};
  JamRand* const       rand     = &storm->rand;
  Path* const          path     = &storm->path;
  path->loss                    = (double)PICK(rand, losses) / 100.0;
  path->burst = jam_rand_below(rand, 2U) ? 0.03 * jam_rand_unit(rand) : 0.0;
  path->burst_span = jam_rand_below(rand, 4U) ? 300 * JAM_MS : 5 * JAM_SECOND;
  path->duplicate  = jam_rand_below(rand, 2U) ? 0.3 * jam_rand_unit(rand) : 0.0;
  path->delay      = (1 + jam_rand_below(rand, 80U)) * JAM_MS;
  path->jitter =
    jam_rand_below(rand, 3U) ? jam_rand_below(rand, 60U) * JAM_MS : JAM_US;
}

static void perform(Storm* const storm)
{
  JamRand* const       rand     = &storm->rand;
  static const uint8_t widths[] = {3, 12, 40, 90};
  static const uint8_t spans[]  = {1, 20, 100, 200};
  const unsigned       keys     = PICK(rand, widths);
  const unsigned       span_ms  = PICK(rand, spans);
  const unsigned       events   = 60U + jam_rand_below(rand, 240U);
  const bool           restarts = jam_rand_below(rand, 4U) == 0U;
  for (unsigned n = 0U; n < events;) {
    const bool flood = jam_rand_below(rand, 40U) == 0U;
    unsigned   count = 1U + jam_rand_below(rand, flood ? 300U : 4U);
    for (; count > 0U; --count, ++n) {
      play(storm, keys);
    }
    if (jam_rand_below(rand, 30U) == 0U) {
      play_sysex(storm);
    }
    if (restarts && jam_rand_below(rand, 60U) == 0U) {
      restart(storm);
    }
    run(storm, storm->now + (JamTime)(jam_rand_unit(rand) * span_ms * JAM_MS));
  }
}

static void finish(Storm* const storm)
{
  // A good path: all must come right soon
  memset(&storm->path, 0, sizeof(storm->path));
  storm->path.delay = 10 * JAM_MS;
  memset(storm->outage_end, 0, sizeof(storm->outage_end));
  run(storm, storm->now + 20 * JAM_SECOND);
  const bool arrived = midip2p_number(storm->ends[1], false) ==
                       midip2p_number(storm->ends[0], true);
  // A player who began anew and has played nothing since has nothing to say
  storm->counts->unfinished += arrived || storm->first == 0 ? 0U : 1U;
  storm->counts->stuck += storm->heard.held == storm->played.held ? 0U : 1U;
  storm->counts->sysex_bad +=
    storm->sysex_sent <= MOST_SYSEX && storm->sysex_got < storm->sysex_sent
      ? 1U
      : 0U;
}

void storm_play(const uint64_t     seed,
                const StormFault   fault,
                StormCounts* const counts)
{
  Storm storm = {.fault = fault, .counts = counts};
  jam_rand_init(&storm.rand, seed, 77U);
  draw_path(&storm);
  storm.flights = (Flight*)malloc(FLIGHTS * sizeof(Flight));
  storm.sums    = (Sums*)calloc((size_t)MOST_NUMBERS, sizeof(Sums));
  if (!storm.flights || !storm.sums) {
    abort();
  }
  synth_start(&storm.played);
  synth_start(&storm.heard);
  storm.ends[0] = new_link(&storm, true);
  storm.ends[1] = new_link(&storm, false);
  perform(&storm);
  finish(&storm);
  ++counts->patterns;
  for (unsigned end = 0U; end < 2U; ++end) {
    const Midip2pStats* const stats = midip2p_stats(storm.ends[end]);
    counts->repairs += stats->repairs;
    counts->largest =
      stats->largest > counts->largest ? stats->largest : counts->largest;
    midip2p_link_free(storm.ends[end]);
  }
  free(storm.flights);
  free(storm.sums);
}
