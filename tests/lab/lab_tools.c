// SPDX-License-Identifier: MIT
// What all commands of the lab share: arguments, files, time, medians.

#include "lab.h"

#include "jellie/jellie.h"
#include "sound.h"

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

bool lab_audio_read(const char* const path,
                    const unsigned    bits,
                    LabAudio* const   out)
{
  Sound      sound;
  SoundError error;
  if (!sound_read(path, bits, &sound, &error)) {
    (void)lab_fault("%s", error.text);
    return false;
  }
  if (sound.channels != 1U || jellie_unit(sound.rate_hz) == 0U) {
    (void)lab_fault("%s is not mono at 44.1, 48, 96 or 192 kHz", path);
    sound_free(&sound);
    return false;
  }
  *out = (LabAudio){sound.samples, sound.frames, sound.rate_hz};
  return true;
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
