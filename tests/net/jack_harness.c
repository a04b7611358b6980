// SPDX-License-Identifier: MIT
// Plays a known signal and numbered notes into one program's JACK ports,
// records another's, and tells what became of them: one line of JSON.
//
//   jack_harness --to A:in_0 --from B:out_0 [--server NAME [--server-b NAME]]
//     [--midi-to PORT --midi-from PORT --notes N] [--warm S] [--seconds S]
//     [--wait S] [--seed N] [--ref FILE.f32] [--save FILE.f32]
//     [--track FILE.csv]
//     [--min-exact SHARE] [--max-damaged SHARE] [--max-lost N] [--max-trend US]
//   jack_harness --wire ...    measures itself: player straight to recorder
//
// With --server-b the recorder is on a second server, whose rate may differ:
// then fractions of a sample count, not exactness. Exit status 0; 1 when
// something asked for with --min or --max is not so; 2 on trouble; 77 when the
// machine itself had so many gaps that nothing can be told.

#include "jack_options.h"
#include "jack_report.h"
#include "jack_side.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_RATE 192500.0
#define MAX_CYCLES_PER_S 12100U // 192 kHz, 16 frames
#define MASK_BEFORE_US 20000.0
#define MASK_AFTER_US 150000.0
#define EARLIEST_S 0.5 // Clocks of two servers start this far apart at most
#define LATEST_S 1.0
#define NOTE_MARGIN_S 1.0
#define MAX_MASKED 0.8 // Beyond, what is left proves nothing
#define EXIT_CANNOT_TELL 77

static void* shared(const size_t size)
{
  void* const memory =
    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    (void)fputs("jack_harness: not enough memory\n", stderr);
    exit(2);
  }
  memset(memory, 0, size); // No page is fetched on the audio thread later
  return memory;
}

static Side* make_side(const Options* const o, const bool player)
{
  const double total   = o->warm_s + o->seconds;
  Side* const  side    = (Side*)shared(sizeof(Side));
  side->player         = player;
  side->server         = !player && o->server_b ? o->server_b : o->server;
  side->audio_port     = player ? o->to : o->from;
  side->midi_port      = player ? o->midi_to : o->midi_from;
  side->wait_s         = o->wait_s;
  side->note_capacity  = 4U * (size_t)o->notes + 4096U;
  side->point_capacity = (size_t)(total + 2.0) * MAX_CYCLES_PER_S;
  side->samples = (float*)shared((size_t)(total * MAX_RATE) * sizeof(float));
  side->notes   = (NoteEvent*)shared(side->note_capacity * sizeof(NoteEvent));
  side->points = (ClockPoint*)shared(side->point_capacity * sizeof(ClockPoint));
  side->xruns_us = (double*)shared(SIDE_MAX_XRUNS * sizeof(double));
  return side;
}

static pid_t launch(Side* const side)
{
  const pid_t pid = fork();
  if (pid == 0) {
    _exit(side_run(side));
  }
  return pid;
}

static void pause_ms(const long ms)
{
  const struct timespec span = {0, ms * 1000000L};
  (void)nanosleep(&span, NULL);
}

static bool wait_ready(const Side* const side, const pid_t pid)
{
  while (atomic_load(&side->ready) == 0U) {
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) != 0) {
      break;
    }
    pause_ms(20L);
  }
  if (atomic_load(&side->ready) != 1U) {
    (void)fprintf(stderr,
                  "jack_harness: %s\n",
                  side->error[0] ? side->error : "a side died");
    return false;
  }
  return true;
}

// The signal fits the player's rate, so it is made once that is known.
static bool fill_player(const Options* const o, Side* const player)
{
  const double total = o->warm_s + o->seconds;
  player->frames     = (size_t)(total * player->rate_hz);
  if (o->ref) {
    if (signal_load(o->ref, player->samples, player->frames) == 0U) {
      (void)fprintf(stderr, "jack_harness: cannot read \"%s\"\n", o->ref);
      return false;
    }
  } else {
    signal_make(player->samples,
                player->frames,
                player->rate_hz,
                (uint64_t)o->seed);
  }
  const double room = o->seconds - 2.0 * NOTE_MARGIN_S;
  if (o->notes >= 1.0 && room > 0.0) {
    player->note_count =
      notes_make(player->notes,
                 (unsigned)o->notes,
                 (int64_t)((o->warm_s + NOTE_MARGIN_S) * player->rate_hz),
                 (int64_t)(room / o->notes * player->rate_hz));
  }
  return true;
}

static bool run_sides(const Options* const o, Side* const play, Side* const rec)
{
  rec->same            = o->server_b ? NULL : play;
  const pid_t rec_pid  = launch(rec);
  bool        fine     = wait_ready(rec, rec_pid);
  const pid_t play_pid = fine ? launch(play) : -1;
  fine                 = fine && wait_ready(play, play_pid);
  fine                 = fine && fill_player(o, play);
  rec->frames = fine ? (size_t)((o->warm_s + o->seconds) * rec->rate_hz) : 0U;
  atomic_store(&rec->go, true);
  atomic_store(&play->go, true);
  int status = 0;
  if (play_pid > 0) {
    (void)waitpid(play_pid, &status, 0);
  } else {
    // The recorder waits for the player's start
    atomic_store(&play->start_set, true);
  }
  (void)waitpid(rec_pid, &status, 0);
  return fine;
}

static void
mask_around(const Side* const side, const Take* const take, uint8_t* const mask)
{
  const unsigned count  = atomic_load(&side->xruns);
  const unsigned stored = count < SIDE_MAX_XRUNS ? count : SIDE_MAX_XRUNS;
  for (unsigned k = 0U; k < stored; ++k) {
    mask_span(&take->rec_clock,
              side->xruns_us[k] - MASK_BEFORE_US,
              side->xruns_us[k] + MASK_AFTER_US,
              mask,
              take->rec_frames / ANALYSE_WINDOW);
  }
}

static double share_masked(const Take* const take)
{
  const size_t first  = take->skip_frames / ANALYSE_WINDOW;
  const size_t last   = take->rec_frames / ANALYSE_WINDOW;
  size_t       masked = 0U;
  for (size_t w = first; take->masked && w < last; ++w) {
    masked += take->masked[w];
  }
  return last > first ? (double)masked / (double)(last - first) : 1.0;
}

typedef struct Results {
  ExactReport exact;
  DriftReport drift;
  NoteReport  notes;
  double      masked_share; ///< Of all that was to be judged

} Results;

static void compare_notes(const Side* const play,
                          const Side* const rec,
                          const Take* const take,
                          NoteReport* const out)
{
  double* const us =
    (double*)calloc(play->note_count + rec->note_count + 1U, sizeof(double));
  if (!us) {
    return;
  }
  for (size_t i = 0U; i < play->note_count; ++i) {
    us[i] = clock_us(&take->ref_clock, (double)play->notes[i].frame);
  }
  for (size_t i = 0U; i < rec->note_count; ++i) {
    us[play->note_count + i] =
      clock_us(&take->rec_clock, (double)rec->notes[i].frame);
  }
  notes_compare(us,
                play->note_count,
                rec->notes,
                us + play->note_count,
                rec->note_count,
                out);
  free(us);
}

static void analyse(const Options* const o,
                    const Side* const    play,
                    const Side* const    rec,
                    Results* const       out)
{
  const size_t   windows = rec->frames / ANALYSE_WINDOW + 1U;
  uint8_t* const mask    = (uint8_t*)calloc(windows, 1U);
  Take           take    = {0};
  take.ref               = play->samples;
  take.rec               = rec->samples;
  take.ref_frames        = play->frames;
  take.rec_frames        = rec->frames;
  take.rate_hz           = rec->rate_hz;
  take.skip_frames       = (size_t)(o->warm_s * rec->rate_hz);
  take.max_lag           = (long)(LATEST_S * rec->rate_hz);
  take.min_lag = o->server_b ? -(long)(EARLIEST_S * rec->rate_hz) : 0L;
  clock_settle(play->points, play->point_count, play->rate_hz);
  clock_settle(rec->points, rec->point_count, rec->rate_hz);
  take.ref_clock = (ClockMap){play->points, play->point_count, play->rate_hz};
  take.rec_clock = (ClockMap){rec->points, rec->point_count, rec->rate_hz};
  take.masked    = mask;
  take.track     = o->track;
  if (mask) {
    mask_around(play, &take, mask);
    mask_around(rec, &take, mask);
  }
  out->masked_share = share_masked(&take);
  if (!o->server_b) {
    analyse_exact(&take, &out->exact);
  }
  analyse_drift(&take, &out->drift);
  compare_notes(play, rec, &take, &out->notes);
  free(mask);
}

static bool require(const bool fulfilled, const char* const what)
{
  if (!fulfilled) {
    (void)fprintf(stderr, "jack_harness: %s\n", what);
  }
  return fulfilled;
}

static bool fulfilled(const Options* const o, const Results* const r)
{
  const double trend = r->drift.trend_us_per_min;
  bool         fine  = require(o->server_b ? r->drift.found : r->exact.found,
                      "the signal did not arrive");
  fine &= require(o->min_exact <= 0.0 ||
                    (r->exact.locked && r->exact.exact_share >= o->min_exact),
                  "too little arrived bit by bit");
  fine &= require((o->server_b ? r->drift.damaged_share
                               : r->exact.damaged_share) <= o->max_damaged,
                  "too much arrived damaged");
  fine &= require((double)r->notes.lost <= o->max_lost, "notes were lost");
  fine &= require(r->notes.out_of_order == 0U, "notes came out of order");
  fine &= require(trend <= o->max_trend && trend >= -o->max_trend,
                  "the delay drifts");
  return fine;
}

static void save(const char* const path, const Side* const rec)
{
  FILE* const file = fopen(path, "wb");
  if (!file ||
      fwrite(rec->samples, sizeof(float), rec->frames, file) != rec->frames) {
    (void)fprintf(stderr, "jack_harness: cannot write \"%s\"\n", path);
  }
  if (file) {
    (void)fclose(file);
  }
}

int main(int argc, char** argv)
{
  Options o = {.warm_s      = 8.0,
               .seconds     = 20.0,
               .wait_s      = 15.0,
               .max_damaged = 1.0,
               .max_lost    = 1e9,
               .max_trend   = 1e9,
               .seed        = 1.0,
               .notes       = 200.0};
  if (!read_options(argc, argv, &o)) {
    return 2;
  }
  if (!o.midi_to) {
    o.notes = 0.0;
  }
  Side* const play = make_side(&o, true);
  Side* const rec  = make_side(&o, false);
  if (!run_sides(&o, play, rec)) {
    return 2;
  }
  if (o.save) {
    save(o.save, rec);
  }
  Results results;
  memset(&results, 0, sizeof(results));
  analyse(&o, play, rec, &results);
  (void)printf(
    "{\"seed\":%.0f,\"rate_hz\":%.0f,\"rate_b_hz\":%.0f,\"period\":%u,",
    o.seed,
    play->rate_hz,
    rec->rate_hz,
    rec->period);
  (void)printf("\"server_died\":%s,\"xruns\":%u,\"stalls\":%u,"
               "\"masked_share\":%.3f,",
               atomic_load(&rec->server_died) ? "true" : "false",
               atomic_load(&play->xruns) + atomic_load(&rec->xruns) -
                 atomic_load(&rec->stalls),
               atomic_load(&rec->stalls),
               results.masked_share);
  if (!o.server_b) {
    report_exact(&results.exact, rec->rate_hz);
  }
  report_drift(&results.drift);
  report_notes(&results.notes);
  (void)puts("}");
  if (results.masked_share > MAX_MASKED) {
    (void)fputs("jack_harness: the machine had too many gaps to tell\n",
                stderr);
    return EXIT_CANNOT_TELL;
  }
  return fulfilled(&o, &results) ? 0 : 1;
}
