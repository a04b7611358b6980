// SPDX-License-Identifier: MIT
// What all commands of the lab share: arguments, files, time, medians.

#include "lab.h"

#include "jellie/jellie.h"

#include <sndfile.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int lab_fault(const char* const format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)vfprintf(stderr, format, arguments);
  va_end(arguments);
  (void)fputc('\n', stderr);
  return LAB_FAULT;
}

const char*
lab_option(int* const argc, char** const argv, const char* const name)
{
  for (int i = 1; i + 1 < *argc; ++i) {
    if (!strcmp(argv[i], name)) {
      const char* const value = argv[i + 1];
      memmove(argv + i, argv + i + 2, (size_t)(*argc - i - 2) * sizeof(char*));
      *argc -= 2;
      return value;
    }
  }
  return NULL;
}

bool lab_number(int* const            argc,
                char** const          argv,
                const char* const     name,
                const unsigned* const allowed,
                const size_t          count,
                unsigned* const       out)
{
  const char* const value = lab_option(argc, argv, name);
  if (!value) {
    return true;
  }
  char*               end    = NULL;
  const unsigned long number = strtoul(value, &end, 10);
  for (size_t i = 0U; i < count && end != value && !*end; ++i) {
    if (number == allowed[i]) {
      *out = allowed[i];
      return true;
    }
  }
  (void)lab_fault("%s %s is not possible", name, value);
  return false;
}

// libsndfile scales every depth to 32 bits; the depth asked for is the top.
static void lower_depth(LabAudio* const audio, const unsigned bits)
{
  const int32_t unit = (int32_t)(UINT32_C(1) << (32U - bits));
  for (size_t i = 0U; i < audio->frames; ++i) {
    const int32_t sample = audio->samples[i];
    const int32_t rest   = ((sample % unit) + unit) % unit;
    // Rounded down, in 64 bits because the lowest sample may go lower still
    audio->samples[i] = (int32_t)(((int64_t)sample - rest) / unit);
  }
}

static bool read_all(SNDFILE* const    file,
                     const SF_INFO*    info,
                     const char* const path,
                     LabAudio* const   out)
{
  if (info->channels != 1 || jellie_unit((uint32_t)info->samplerate) == 0U) {
    (void)lab_fault("%s is not mono at 44.1, 48, 96 or 192 kHz", path);
    return false;
  }
  out->rate_hz = (uint32_t)info->samplerate;
  out->frames  = (size_t)info->frames;
  out->samples = (int32_t*)calloc(out->frames + 1U, sizeof(int32_t));
  if (!out->samples ||
      sf_readf_int(file, out->samples, info->frames) != info->frames) {
    free(out->samples);
    (void)lab_fault("%s cannot be read to its end", path);
    return false;
  }
  return true;
}

bool lab_audio_read(const char* const path,
                    const unsigned    bits,
                    LabAudio* const   out)
{
  SF_INFO info;
  memset(&info, 0, sizeof(info));
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    (void)lab_fault("%s cannot be opened: %s", path, sf_strerror(NULL));
    return false;
  }
  // Floats become integers clipped, not wrapped
  (void)sf_command(file, SFC_SET_SCALE_FLOAT_INT_READ, NULL, SF_TRUE);
  (void)sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  const bool good = read_all(file, &info, path, out);
  (void)sf_close(file);
  if (good) {
    lower_depth(out, bits);
  }
  return good;
}

int64_t lab_now_ns(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

double lab_median(double* const values, const size_t count)
{
  if (count == 0U) {
    return 0.0;
  }
  qsort(values, count, sizeof(double), compare);
  return (values[(count - 1U) / 2U] + values[count / 2U]) / 2.0;
}

void lab_print_string(const char* const text)
{
  (void)putchar('"');
  for (const char* c = text; *c; ++c) {
    if (*c == '"' || *c == '\\') {
      printf("\\%c", *c);
    } else if ((unsigned char)*c < 0x20U) {
      printf("\\u%04x", (unsigned)(unsigned char)*c);
    } else {
      (void)putchar(*c);
    }
  }
  (void)putchar('"');
}
