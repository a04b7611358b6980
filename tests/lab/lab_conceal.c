// SPDX-License-Identifier: MIT
// jamnet-lab conceal: what is heard of a file of which packets are lost.
//
// The file runs through playout as a stream from a device on the same clock,
// and predictors are fitted to it as the client does. Silence runs before it
// until playout is LOCKED, so that what comes out lies sample by sample on what
// went in.

#include "lab.h"

#include "base/memory.h"
#include "playout/playout.h"
#include "sound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PACKET 64
#define BITS 24U
#define FULL 8388608.0F
#define LEAD_SECONDS 8 // More than playout takes to lock
#define MOST_FUTURE 4096U

typedef struct Stage {
  Playout*      playout;
  PntbtrFit*    fit;
  PntbtrBands   bands;
  PntbtrHistory history;
  PntbtrModel   model;
  const float*  sound; // From position `lead` on
  const bool*   lost;  // By packet
  int64_t       lead;
  int64_t       frames;
  int64_t       newest; // Position after the newest packet
  int64_t       fitted_at;
  bool          fitting;
  uint32_t      rate_hz;
  float*        out;
  double        total_us, worst_us;
  uint64_t      blocks;
} Stage;

static double now_us(void)
{
  struct timespec time;
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

// Marks the packets of a list of "start length" lines as lost.
static bool
read_gaps(const char* const path, bool* const lost, const size_t packets)
{
  FILE* const   file   = fopen(path, "r");
  unsigned long start  = 0U;
  unsigned long length = 0U;
  bool          good   = true;
  if (!file) {
    (void)lab_fault("%s cannot be read", path);
    return false;
  }
  while (good && fscanf(file, "%lu %lu", &start, &length) == 2) {
    good = start % PACKET == 0U && length % PACKET == 0U &&
           start <= packets * PACKET && length <= packets * PACKET - start;
    for (unsigned long i = 0U; good && i < length / PACKET; ++i) {
      lost[start / PACKET + i] = true;
    }
  }
  good = good && feof(file);
  (void)fclose(file);
  if (!good) {
    (void)lab_fault("%s does not name whole packets of the file", path);
  }
  return good;
}

// As the client does between packets.
static void fit(Stage* const stage)
{
  const int64_t period = PNTBTR_FIT_PERIOD_US * (int64_t)stage->rate_hz;
  if (!stage->fitting) {
    if ((stage->newest - stage->fitted_at) * 1000000 >= period) {
      stage->fitted_at = stage->newest;
      stage->fitting   = true;
      pntbtr_fit_begin(stage->fit,
                       &stage->bands,
                       &stage->history,
                       stage->newest);
    }
  } else if (pntbtr_fit_step(stage->fit, PNTBTR_FIT_BUDGET)) {
    stage->model   = *pntbtr_fit_model(stage->fit);
    stage->fitting = false;
    playout_set_model(stage->playout, &stage->model);
  }
}

// The packet before position `end` arrives, or does not.
static void arrive(Stage* const stage, const int64_t end)
{
  static const float silence[PACKET];
  const int64_t      at    = end - PACKET;
  const float*       block = silence;
  if (at >= stage->lead && at + PACKET <= stage->lead + stage->frames) {
    block = stage->sound + (at - stage->lead);
    if (stage->lost[(at - stage->lead) / PACKET]) {
      return;
    }
  }
  if (at > stage->newest) {
    pntbtr_history_guess(&stage->history,
                         &stage->bands,
                         &stage->model,
                         stage->newest,
                         at);
  }
  pntbtr_history_add(&stage->history, at, block, PACKET);
  stage->newest = end;
  (void)playout_push(stage->playout, at, block, PACKET);
}

// One callback at device position `end`, and where its output belongs.
static void play(Stage* const stage, const int64_t end, const int64_t delay)
{
  float         block[PACKET];
  const int64_t at     = end - delay - stage->lead;
  const double  before = now_us();
  playout_render(stage->playout, end, block, PACKET);
  const double spent = now_us() - before;
  if (at < 0 || at + PACKET > stage->frames) {
    return;
  }
  memcpy(stage->out + at, block, sizeof(block));
  stage->total_us += spent;
  stage->worst_us = fmax(stage->worst_us, spent);
  ++stage->blocks;
}

// Returns whether what came out lies on what went in.
static bool run(Stage* const stage, const unsigned future)
{
  const int64_t      delay = PACKET + (int64_t)future;
  const int64_t      total = stage->lead + stage->frames + delay + PACKET;
  const PlayoutClock clock = {true, 0, 0.0, 1.0, 1e-9, 0.01};
  PlayoutReport      report;
  playout_set_clock(stage->playout, &clock);
  playout_set_delay(stage->playout, (double)delay);
  for (int64_t end = PACKET; end <= total; end += PACKET) {
    arrive(stage, end);
    play(stage, end, delay);
    fit(stage);
  }
  playout_report(stage->playout, &report);
  return report.state == PLAYOUT_LOCKED && report.jumps == 0U &&
         llround(report.delay_frames) == delay;
}

static void print_result(Stage* const stage, const char* const path)
{
  PlayoutReport report;
  playout_report(stage->playout, &report);
  printf("{\"file\":");
  lab_print_string(path);
  printf(",\"guessed_ms\":%.3f,\"longest_ms\":%.3f,\"mean_us\":%.2f,"
         "\"worst_us\":%.1f}\n",
         1e3 * (double)report.concealed / stage->rate_hz,
         1e3 * (double)report.longest_gap / stage->rate_hz,
         stage->total_us / fmax(1.0, (double)stage->blocks),
         stage->worst_us);
}

static int write_out(const Stage* const stage, const char* const path)
{
  SoundError error;
  Sound      sound = {NULL, (size_t)stage->frames, 1U, BITS, stage->rate_hz};
  sound.samples    = (int32_t*)calloc(sound.frames, sizeof(int32_t));
  for (size_t i = 0U; sound.samples && i < sound.frames; ++i) {
    const float value = fmaxf(-FULL, fminf(FULL - 1.0F, stage->out[i] * FULL));
    sound.samples[i]  = (int32_t)lrintf(value);
  }
  const bool good = sound.samples && sound_write(path, &sound, &error);
  free(sound.samples);
  return good ? LAB_OK : lab_fault("%s cannot be written", path);
}

static int conceal(Stage* const      stage,
                   const char* const path,
                   const char* const out,
                   const unsigned    future)
{
  const PlayoutConfig config = {stage->rate_hz, stage->rate_hz, true};
  stage->fit                 = pntbtr_fit_new(NULL);
  pntbtr_bands_init(&stage->bands, stage->rate_hz);
  stage->lead = LEAD_SECONDS * (int64_t)stage->rate_hz / PACKET * PACKET;
  if (!stage->fit || playout_new(NULL, &config, &stage->playout)) {
    return lab_fault("There is not enough memory");
  }
  const bool aligned = run(stage, future);
  print_result(stage, path);
  return aligned ? write_out(stage, out)
                 : lab_fault("playout did not stay locked");
}

static int conceal_file(const char* const path,
                        const char* const gaps,
                        const char* const out,
                        const unsigned    future)
{
  static Stage stage;
  LabAudio     audio;
  int          status = LAB_FAULT;
  if (!lab_audio_read(path, BITS, &audio)) {
    return LAB_FAULT;
  }
  const size_t packets = audio.frames / PACKET;
  float* const sound   = (float*)calloc(audio.frames + 1U, sizeof(float));
  bool* const  lost    = (bool*)calloc(packets + 1U, sizeof(bool));
  memset(&stage, 0, sizeof(stage));
  stage.out     = (float*)calloc(audio.frames + 1U, sizeof(float));
  stage.sound   = sound;
  stage.lost    = lost;
  stage.frames  = (int64_t)(packets * PACKET);
  stage.rate_hz = audio.rate_hz;
  for (size_t i = 0U; sound && i < audio.frames; ++i) {
    sound[i] = (float)audio.samples[i] / FULL;
  }
  if (!sound || !lost || !stage.out) {
    (void)lab_fault("There is not enough memory for %s", path);
  } else if (read_gaps(gaps, lost, packets)) {
    status = conceal(&stage, path, out, future);
  }
  playout_free(stage.playout);
  jam_mem_free(NULL, stage.fit);
  free(stage.out);
  free(lost);
  free(sound);
  free(audio.samples);
  return status;
}

int lab_conceal(int argc, char** argv)
{
  static const unsigned spares[] = {0U};
  const char* const     gaps     = lab_option(&argc, argv, "--trace");
  const char* const     out      = lab_option(&argc, argv, "--out");
  const char* const     word     = lab_option(&argc, argv, "--future");
  unsigned              spare    = 0U;
  char*                 end      = NULL;
  const unsigned long   future   = word ? strtoul(word, &end, 10) : 0U;
  if (!lab_number(&argc, argv, "--spare", spares, 1U, &spare)) {
    return LAB_FAULT;
  }
  if (end && (end == word || *end || future > MOST_FUTURE)) {
    return lab_fault("--future %s is not possible", word);
  }
  if (argc != 2 || !gaps || !out) {
    return lab_fault("conceal takes one file, --trace GAPS and --out OUT.wav");
  }
  return conceal_file(argv[1], gaps, out, (unsigned)future);
}
