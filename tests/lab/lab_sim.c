// SPDX-License-Identifier: MIT
// jamnet-lab sim: a whole jam in virtual time. jamnet-lab band: its musicians.

#include "lab.h"

#include "sim/sim_jam.h"
#include "support/band.h"

#include <sndfile.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static bool flag(int* const argc, char** const argv, const char* const name)
{
  for (int i = 1; i < *argc; ++i) {
    if (!strcmp(argv[i], name)) {
      memmove(argv + i, argv + i + 1, (size_t)(*argc - i - 1) * sizeof(char*));
      --*argc;
      return true;
    }
  }
  return false;
}

// Reads a number option; false after a fault was printed
static bool number(int* const        argc,
                   char** const      argv,
                   const char* const name,
                   const double      least,
                   const double      most,
                   double* const     out)
{
  const char* const value = lab_option(argc, argv, name);
  if (!value) {
    return true;
  }
  char* end = NULL;
  *out      = strtod(value, &end);
  if (end == value || *end || !(*out >= least && *out <= most)) {
    (void)lab_fault("%s must be from %g to %g", name, least, most);
    return false;
  }
  return true;
}

typedef struct SimRequest {
  const char* path;
  const char* out_dir;
  const char* report;
  const char* audio;
  const char* pcap;
  const char* key_log;
  double      seed, seconds;
  bool        dsp, cost;
} SimRequest;

static bool read_request(int argc, char** const argv, SimRequest* const out)
{
  *out         = (SimRequest){.seed = -1.0, .seconds = -1.0};
  out->dsp     = !flag(&argc, argv, "--no-dsp");
  out->cost    = flag(&argc, argv, "--cost");
  out->out_dir = lab_option(&argc, argv, "--out");
  out->report  = lab_option(&argc, argv, "--report");
  out->audio   = lab_option(&argc, argv, "--audio");
  out->pcap    = lab_option(&argc, argv, "--pcap");
  out->key_log = lab_option(&argc, argv, "--key-log");
  if (!number(&argc, argv, "--seed", 0.0, 0x1p53, &out->seed) ||
      !number(&argc, argv, "--seconds", 0.01, 864000.0, &out->seconds)) {
    return false;
  }
  if (argc != 2 || argv[1][0] == '-') {
    (void)lab_fault("sim takes one scenario; %s",
                    argc < 2 ? "there is none" : "see --help");
    return false;
  }
  out->path = argv[1];
  if (out->out_dir && mkdir(out->out_dir, 0777) != 0 && errno != EEXIST) {
    (void)lab_fault("%s cannot be made", out->out_dir);
    return false;
  }
  return true;
}

static bool adjust(Scenario* const scenario, const SimRequest* const request)
{
  if (request->seed >= 0.0) {
    scenario->seed = (int64_t)request->seed;
  }
  if (request->seconds > 0.0) {
    scenario->seconds = request->seconds;
  }
  if (request->audio) {
    char* const in = scenario->clients[0].in;
    if (strlen(request->audio) >= SCENARIO_PATH_SIZE) {
      (void)lab_fault("%s is too long a name", request->audio);
      return false;
    }
    memcpy(in, request->audio, strlen(request->audio) + 1U);
  }
  return true;
}

static int print_report(SimJam* const jam, const char* const path)
{
  FILE* const out = path ? fopen(path, "w") : stdout;
  if (!out) {
    return lab_fault("%s cannot be written", path);
  }
  Report report;
  sim_jam_report(jam, &report);
  report_write(&report, out);
  report_free(&report);
  const bool written = !ferror(out) && (!path || fclose(out) == 0);
  return written ? LAB_OK : lab_fault("The report cannot be written");
}

static int play(const Scenario* const scenario, const SimRequest* const request)
{
  char                error[SCENARIO_ERROR_SIZE];
  SimCapture          capture;
  const SimJamOptions options = {.dsp     = request->dsp,
                                 .out_dir = request->out_dir,
                                 .capture = &capture};
  if (!sim_capture_open(&capture, request->pcap, request->key_log)) {
    return lab_fault("The capture cannot be written");
  }
  const clock_t begin = clock();
  SimJam* const jam   = sim_jam_new(scenario, &options, error);
  if (!jam) {
    (void)sim_capture_close(&capture);
    return lab_fault("%s", error);
  }
  sim_jam_run(jam, scenario->seconds);
  const double cost = (double)(clock() - begin) / CLOCKS_PER_SEC;
  if (request->cost) {
    (void)fprintf(stderr,
                  "%.1f s of jam in %.2f s: %.1f times real time, %.2f us for "
                  "each of %.0f events\n",
                  scenario->seconds,
                  cost,
                  scenario->seconds / cost,
                  1e6 * cost / (double)sim_jam_events(jam),
                  (double)sim_jam_events(jam));
  }
  const int status = print_report(jam, request->report);
  sim_jam_free(jam);
  if (!sim_capture_close(&capture)) {
    return lab_fault("The capture cannot be written");
  }
  return status;
}

int lab_sim(const int argc, char** const argv)
{
  SimRequest request;
  if (!read_request(argc, argv, &request)) {
    return LAB_FAULT;
  }
  char            error[SCENARIO_ERROR_SIZE];
  Scenario* const scenario = (Scenario*)calloc(1U, sizeof(Scenario));
  int             status   = LAB_FAULT;
  if (!scenario) {
    return lab_fault("Out of memory");
  }
  if (!scenario_load(request.path, scenario, error)) {
    (void)lab_fault("%s", error);
  } else if (adjust(scenario, &request)) {
    status = play(scenario, &request);
  }
  free(scenario);
  return status;
}

static int write_band(const char* const  path,
                      const float* const samples,
                      const size_t       frames,
                      const uint32_t     rate_hz,
                      const unsigned     bits)
{
  const int      format = bits == 16U ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24;
  SF_INFO        info   = {.samplerate = (int)rate_hz,
                           .channels   = 1,
                           .format     = SF_FORMAT_WAV | format};
  SNDFILE* const file   = sf_open(path, SFM_WRITE, &info);
  if (!file) {
    return lab_fault("%s cannot be written", path);
  }
  const sf_count_t count   = (sf_count_t)frames;
  const bool       written = sf_writef_float(file, samples, count) == count;
  const bool       closed  = sf_close(file) == 0;
  return written && closed ? LAB_OK : lab_fault("%s cannot be written", path);
}

int lab_band(int argc, char** const argv)
{
  static const unsigned rates[]  = {44100U, 48000U, 96000U, 192000U};
  static const unsigned depths[] = {16U, 24U};
  const char* const     part     = lab_option(&argc, argv, "--part");
  const char* const     path     = lab_option(&argc, argv, "--out");
  unsigned              rate_hz  = 48000U;
  unsigned              bits     = 24U;
  double                seconds  = 20.0;
  double                seed     = 1.0;
  BandPart              band     = BAND_GUITAR;
  if (!lab_number(&argc, argv, "--rate", rates, 4U, &rate_hz) ||
      !lab_number(&argc, argv, "--bits", depths, 2U, &bits) ||
      !number(&argc, argv, "--seconds", 0.01, 3600.0, &seconds) ||
      !number(&argc, argv, "--seed", 0.0, 0x1p53, &seed)) {
    return LAB_FAULT;
  }
  if (argc != 1 || !path || !part || !band_find(part, &band)) {
    return lab_fault("band takes --part guitar|bass|drums|keys|lead and --out");
  }
  const size_t frames  = (size_t)(seconds * rate_hz);
  float* const samples = (float*)calloc(frames + 1U, sizeof(float));
  if (!samples) {
    return lab_fault("Out of memory");
  }
  band_play(band, rate_hz, (uint64_t)seed, samples, frames);
  band_round(samples, frames, bits);
  const int status = write_band(path, samples, frames, rate_hz, bits);
  free(samples);
  return status;
}
