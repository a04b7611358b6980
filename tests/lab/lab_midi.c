// SPDX-License-Identifier: MIT
// jamnet-lab midi: a performance over one hop of a bad path, in virtual time.
// What went in, what came out at its due time, and when the path was out.

#include "lab.h"

#include "base/rand.h"
#include "base/time.h"
#include "midip2p/midip2p.h"
#include "midip2p/packet.h"
#include "support/smf.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_BYTES (1U << 24U)
#define FLIGHTS 4096U
#define TAIL (4 * JAM_SECOND) // After the last event
#define ROUND (1333 * JAM_US) // The client looks once in a block
#define RATE 48000.0          // Of the renderer
#define MEASURED 8U           // Events of the packet whose cost is measured

typedef struct Flight {
  JamTime at;
  bool    back;
  size_t  size;
  char    text[MIDIP2P_MAX_TEXT];
} Flight;

typedef struct Options {
  double   loss, burst_ms, rtt_ms, spare_ms;
  unsigned compact;
  uint64_t seed;
} Options;

typedef struct Run {
  Options      options;
  JamRand      rand;
  JamTime      now, outage_begin, outage_end;
  Midip2pLink* ends[2];
  Flight*      flights;
  unsigned     flight_count;
  SmfEvent*    song;
  size_t       count, next;
  uint32_t*    sums; // Of the state after each event, by number
  int64_t      first, filled, room;
  size_t       heard; // Events in order, as they were sent
  uint64_t     checked, mismatches, differences;
  double       worst_us; // Of the block renderer
  FILE *       sent, *recv, *outages;
} Run;

static void print_event(FILE* const          file,
                        const int64_t        time_us,
                        const uint8_t* const bytes,
                        const size_t         size)
{
  if (!file) {
    return;
  }
  if (bytes[0] == 0xF0U) {
    (void)fprintf(file, "%" PRId64 ",240,", time_us);
    for (size_t i = 0U; i < size; ++i) {
      (void)fprintf(file, "%02x", bytes[i]);
    }
    (void)fprintf(file, ",\n");
    return;
  }
  (void)fprintf(file, "%" PRId64 ",%u,", time_us, bytes[0]);
  (void)fprintf(file, size > 1U ? "%u," : ",", size > 1U ? bytes[1] : 0U);
  (void)fprintf(file, size > 2U ? "%u\n" : "\n", size > 2U ? bytes[2] : 0U);
}

// The path

static bool is_out(Run* const run)
{
  const Options* const o     = &run->options;
  const double         share = o->loss / 100.0;
  if (share <= 0.0) {
    return false;
  }
  if (o->burst_ms <= 0.0) {
    return jam_rand_unit(&run->rand) < share;
  }
  while (run->now >= run->outage_end) {
    const double gap = -log(1.0 - jam_rand_unit(&run->rand)) * o->burst_ms *
                       (1.0 - share) / share;
    run->outage_begin = run->outage_end + (JamTime)(gap * JAM_MS);
    run->outage_end   = run->outage_begin + (JamTime)(o->burst_ms * JAM_MS);
    if (run->outages) {
      (void)fprintf(run->outages,
                    "%" PRId64 ",%" PRId64 "\n",
                    run->outage_begin / JAM_US,
                    run->outage_end / JAM_US);
    }
  }
  return run->now >= run->outage_begin;
}

static void
launch(Run* const run, const bool back, const char* const text, size_t size)
{
  if (is_out(run) || run->flight_count == FLIGHTS) {
    return;
  }
  Flight* const flight = &run->flights[run->flight_count++];
  flight->at   = run->now + (JamTime)(run->options.rtt_ms / 2.0 * JAM_MS);
  flight->back = back;
  flight->size = size;
  memcpy(flight->text, text, size);
}

// The listener

static void render(Run* const           run,
                   const int64_t        time_us,
                   const uint8_t* const bytes,
                   const size_t         size)
{
  const double delay_us =
    (run->options.rtt_ms / 2.0 + run->options.spare_ms) * 1e3;
  const double due_us  = (double)time_us + delay_us;
  const double now_us  = (double)run->now / JAM_US;
  const double play_us = due_us < now_us ? now_us : due_us;
  // The first sample at which it can sound
  const double frame = round(play_us * RATE / 1e6);
  const double out   = frame * 1e6 / RATE;
  const double error = fabs(out - play_us);
  run->worst_us      = error > run->worst_us ? error : run->worst_us;
  print_event(run->recv, (int64_t)llround(out), bytes, size);
}

// Counts what differs from the performance, byte by byte
static void
compare(Run* const run, const uint8_t* const bytes, const size_t size)
{
  const SmfEvent* sent = NULL;
  while (run->heard < run->count &&
         (sent = &run->song[run->heard])->tail_size > 0U) {
    ++run->heard; // Long ones come apart, and are compared as they come
    sent = NULL;
  }
  if (!sent) {
    ++run->differences;
    return;
  }
  ++run->heard;
  for (size_t i = 0U; i < size || i < sent->size; ++i) {
    run->differences +=
      i >= size || i >= sent->size || bytes[i] != sent->bytes[i] ? 1U : 0U;
  }
}

static void hear(Run* const run)
{
  Midip2pEvent   event;
  const uint8_t* bytes   = NULL;
  int64_t        time_us = 0;
  while (midip2p_event(run->ends[1], &event)) {
    render(run, event.time_us, event.bytes, event.size);
    compare(run, event.bytes, event.size);
  }
  const size_t size = midip2p_sysex(run->ends[1], &bytes, &time_us);
  if (size > 0U) {
    render(run, time_us, bytes, size);
  }
}

static void check(Run* const run)
{
  const int64_t number = midip2p_number(run->ends[1], false);
  if (number < run->first || number - run->first >= run->room) {
    return;
  }
  const int64_t known = number < run->filled ? number : run->filled;
  ++run->checked;
  run->mismatches +=
    run->sums[known - run->first] != midip2p_state_hash(run->ends[1], false)
      ? 1U
      : 0U;
}

static void land(Run* const run)
{
  for (unsigned i = 0U; i < run->flight_count; ++i) {
    if (run->flights[i].at > run->now) {
      continue;
    }
    const Flight flight = run->flights[i];
    --run->flight_count;
    memmove(&run->flights[i],
            &run->flights[i + 1U],
            (run->flight_count - i) * sizeof(Flight));
    --i;
    midip2p_input(run->ends[flight.back ? 0 : 1],
                  run->now,
                  flight.text,
                  flight.size);
    if (!flight.back) {
      hear(run);
      check(run);
    }
  }
}

// The player

static void note_sum(Run* const run)
{
  const int64_t last = midip2p_number(run->ends[0], true);
  if (run->first == 0) {
    run->first   = last - 1;
    run->filled  = run->first;
    run->sums[0] = midip2p_state_hash(run->ends[1], false); // Nothing yet
  }
  const uint32_t now = midip2p_state_hash(run->ends[0], true);
  for (; run->filled < last && run->filled - run->first + 1 < run->room;
       ++run->filled) {
    uint32_t* const at = &run->sums[run->filled - run->first];
    at[1]              = run->filled + 1 == last ? now : at[0];
  }
}

static bool play_long(Run* const run, const SmfEvent* const event)
{
  static uint8_t message[MIDIP2P_SYSEX];
  const size_t   size = event->tail_size + 1U;
  message[0]          = 0xF0U;
  if (size > sizeof(message)) {
    return false;
  }
  memcpy(message + 1, event->tail, event->tail_size);
  if (midip2p_send_sysex(run->ends[0],
                         run->now,
                         event->time_ns / JAM_US,
                         message,
                         size) != JAM_OK) {
    return false; // Cut in two by the file: no message of its own
  }
  print_event(run->sent, event->time_ns / JAM_US, message, size);
  return true;
}

static void play(Run* const run)
{
  for (; run->next < run->count && run->song[run->next].time_ns <= run->now;
       ++run->next) {
    const SmfEvent* const from = &run->song[run->next];
    if (from->tail_size > 0U) {
      (void)play_long(run, from);
      continue;
    }
    Midip2pEvent event = {.time_us = from->time_ns / JAM_US,
                          .size    = from->size};
    memcpy(event.bytes, from->bytes, sizeof(event.bytes));
    if (midip2p_send(run->ends[0], run->now, &event) == JAM_OK) {
      note_sum(run);
      print_event(run->sent, event.time_us, event.bytes, event.size);
    }
  }
}

static void flush(Run* const run)
{
  char text[MIDIP2P_MAX_TEXT];
  for (unsigned end = 0U; end < 2U; ++end) {
    size_t size = 0U;
    while (
      midip2p_deadline(run->ends[end]) <= run->now &&
      (size = midip2p_output(run->ends[end], run->now, text, sizeof(text))) >
        0U) {
      launch(run, end == 1U, text, size);
    }
  }
  hear(run);
}

static JamTime next_time(const Run* const run)
{
  JamTime next = jam_time_min(midip2p_deadline(run->ends[0]),
                              midip2p_deadline(run->ends[1]));
  for (unsigned i = 0U; i < run->flight_count; ++i) {
    next = jam_time_min(next, run->flights[i].at);
  }
  if (run->next < run->count) {
    // What is played is seen at the end of its block
    const JamTime time = run->song[run->next].time_ns;
    next               = jam_time_min(next, (time / ROUND + 1) * ROUND);
  }
  return next;
}

static void perform(Run* const run)
{
  const JamTime end  = run->song[run->count - 1U].time_ns + TAIL;
  const double  loss = run->options.loss / 100.0;
  midip2p_set_loss(run->ends[0], loss);
  midip2p_set_loss(run->ends[1], loss);
  midip2p_set_compact(run->ends[0], run->options.compact != 0U);
  midip2p_set_compact(run->ends[1], run->options.compact != 0U);
  midip2p_set_raw(run->ends[0], true);
  for (JamTime next = next_time(run); next <= end; next = next_time(run)) {
    run->now = next > run->now ? next : run->now;
    land(run);
    play(run);
    flush(run);
  }
}

// What an event of a packet of eight costs, in the best of many tries

static void measure(double* const format_ns, double* const parse_ns)
{
  Midip2pPacket packet = {.stream  = 0xA3F1U,
                          .has     = MIDIP2P_HAS_RANGE,
                          .time_us = 987712000,
                          .first   = 40208,
                          .parts   = 1U,
                          .count   = MEASURED};
  char          text[MIDIP2P_MAX_TEXT];
  size_t        size = 0U;
  for (unsigned i = 0U; i < MEASURED; ++i) {
    packet.events[i] = (Midip2pEvent){987712000 - 11000 * (int64_t)(7U - i),
                                      3U,
                                      {0x90U, (uint8_t)(60U + i), 100U},
                                      MIDIP2P_PLAYED};
  }
  *format_ns = 1e9;
  *parse_ns  = 1e9;
  for (unsigned round = 0U; round < 50U; ++round) {
    const int64_t a = lab_now_ns();
    for (unsigned i = 0U; i < 1000U; ++i) {
      packet.serial = i;
      size          = midip2p_packet_write(&packet, text, sizeof(text));
    }
    const int64_t b = lab_now_ns();
    for (unsigned i = 0U; i < 1000U; ++i) {
      (void)!midip2p_packet_read(text, size, &packet);
    }
    const int64_t c = lab_now_ns();
    *format_ns      = fmin(*format_ns, (double)(b - a) / 1000.0 / MEASURED);
    *parse_ns       = fmin(*parse_ns, (double)(c - b) / 1000.0 / MEASURED);
  }
}

static void report(const Run* const run, const char* const path)
{
  const Midip2pStats* const tx     = midip2p_stats(run->ends[0]);
  const Midip2pStats* const rx     = midip2p_stats(run->ends[1]);
  const double              events = tx->sent ? (double)tx->sent : 1.0;
  double                    format_ns;
  double                    parse_ns;
  measure(&format_ns, &parse_ns);
  (void)printf("{\"file\":");
  lab_print_string(path);
  (void)printf(",\"seed\":%" PRIu64 ",\"events\":%" PRIu64
               ",\"packets\":%" PRIu64 ",\"bytes_per_event\":%.1f"
               ",\"largest\":%" PRIu64 ",\"checked\":%" PRIu64
               ",\"mismatches\":%" PRIu64 ",\"state_only\":%" PRIu64
               ",\"repairs\":%" PRIu64 ",\"differences\":%" PRIu64
               ",\"sysex\":%" PRIu64 ",\"render_error_samples\":%.3f"
               ",\"format_ns\":%.1f,\"parse_ns\":%.1f}\n",
               run->options.seed,
               tx->sent,
               tx->packets_sent,
               (double)tx->bytes_sent / events,
               tx->largest,
               run->checked,
               run->mismatches,
               rx->state_only,
               rx->repairs,
               run->differences,
               rx->sysex_received,
               run->worst_us * RATE / 1e6,
               format_ns,
               parse_ns);
}

// Arguments and files

static bool
real_option(int* const argc, char** const argv, const char* name, double* out)
{
  const char* const text = lab_option(argc, argv, name);
  char*             end  = NULL;
  if (!text) {
    return true;
  }
  *out = strtod(text, &end);
  if (end == text || *end || !(*out >= 0.0) || *out > 100000.0) {
    (void)lab_fault("%s takes a number.", name);
    return false;
  }
  return true;
}

static FILE* open_in(const char* const folder, const char* const name)
{
  char path[1024];
  if (!folder) {
    return NULL;
  }
  (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
  return fopen(path, "w");
}

static SmfEvent*
load(const char* const path, uint8_t* const data, size_t* const count)
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return NULL;
  }
  const size_t size = fread(data, 1U, MOST_BYTES, file);
  (void)fclose(file);
  return smf_read_all(data, size, count);
}

static bool prepare(Run* const run)
{
  run->room    = (int64_t)run->count + 4096;
  run->flights = (Flight*)calloc(FLIGHTS, sizeof(Flight));
  run->sums    = (uint32_t*)calloc((size_t)run->room, sizeof(uint32_t));
  jam_rand_init(&run->rand, run->options.seed, 9U);
  return run->flights && run->sums &&
         midip2p_link_new(NULL, 0xA3F1U, &run->ends[0]) == JAM_OK &&
         midip2p_link_new(NULL, 0xB3F1U, &run->ends[1]) == JAM_OK;
}

static void close_file(FILE* const file)
{
  if (file) {
    (void)fclose(file);
  }
}

static int play_file(Run* const run, const char* path, const char* folder)
{
  run->sent    = open_in(folder, "sent.csv");
  run->recv    = open_in(folder, "recv.csv");
  run->outages = open_in(folder, "outages.csv");
  if (folder && (!run->sent || !run->recv || !run->outages)) {
    return lab_fault("Nothing can be written to %s.", folder);
  }
  if (!prepare(run)) {
    return lab_fault("There is not enough memory.");
  }
  perform(run);
  report(run, path);
  return LAB_OK;
}

int lab_midi(int argc, char** argv)
{
  static const unsigned flags[] = {0U, 1U};
  Run    run  = {.options = {.rtt_ms = 30.0, .spare_ms = 8.0, .seed = 1U}};
  double seed = 1.0;
  const char* const folder = lab_option(&argc, argv, "--out");
  if (!real_option(&argc, argv, "--loss", &run.options.loss) ||
      !real_option(&argc, argv, "--burst-ms", &run.options.burst_ms) ||
      !real_option(&argc, argv, "--rtt", &run.options.rtt_ms) ||
      !real_option(&argc, argv, "--spare", &run.options.spare_ms) ||
      !real_option(&argc, argv, "--seed", &seed) ||
      !lab_number(&argc, argv, "--compact", flags, 2U, &run.options.compact)) {
    return LAB_FAULT;
  }
  if (argc != 2 || run.options.loss >= 100.0) {
    return lab_fault("Usage: jamnet-lab midi FILE.mid [--loss PERCENT below "
                     "100] [--burst-ms MS] [--rtt MS] [--out DIR]");
  }
  uint8_t* const data = (uint8_t*)malloc(MOST_BYTES);
  int result       = data ? LAB_OK : lab_fault("There is not enough memory.");
  run.options.seed = (uint64_t)seed;
  run.song         = data ? load(argv[1], data, &run.count) : NULL;
  if (data && (!run.song || run.count == 0U)) {
    result = lab_fault("%s is not a MIDI file.", argv[1]);
  } else if (data) {
    result = play_file(&run, argv[1], folder);
  }
  close_file(run.sent);
  close_file(run.recv);
  close_file(run.outages);
  midip2p_link_free(run.ends[0]);
  midip2p_link_free(run.ends[1]);
  free(run.flights);
  free(run.sums);
  free(run.song);
  free(data);
  return result;
}
