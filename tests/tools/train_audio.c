// SPDX-License-Identifier: MIT
// Audio files: which there are, and what is in them.

#include "tools/train.h"

#include <samplerate.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Folders are POSIX
#include <dirent.h>
#include <sys/stat.h>

#define MAX_SECONDS 40U // Of a file, from the middle

static int by_name(const void* const a, const void* const b)
{
  return strcmp(*(char* const*)a, *(char* const*)b);
}

static void add_path(TrainPaths* const paths, char* const path)
{
  if (paths->count == paths->room) {
    paths->room = paths->room * 2U + 64U;
    paths->list = realloc(paths->list, paths->room * sizeof(char*));
  }
  paths->list[paths->count++] = path;
}

static void walk(const char* const folder, TrainPaths* const paths)
{
  DIR* const dir = opendir(folder);
  if (!dir) {
    fprintf(stderr, "jellie_train: cannot read the folder %s.\n", folder);
    exit(1);
  }
  for (struct dirent* entry; (entry = readdir(dir)) != NULL;) {
    if (entry->d_name[0] == '.') {
      continue;
    }
    const size_t size = strlen(folder) + strlen(entry->d_name) + 2U;
    char* const  path = malloc(size);
    snprintf(path, size, "%s/%s", folder, entry->d_name);
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
      walk(path, paths);
      free(path);
    } else {
      add_path(paths, path);
    }
  }
  closedir(dir);
}

void train_list(const char* const folder, TrainPaths* const out)
{
  *out = (TrainPaths){NULL, 0U, 0U};
  walk(folder, out);
  qsort(out->list, out->count, sizeof(char*), by_name);
}

float* train_read_audio(const char* const path,
                        unsigned* const   rate_hz,
                        size_t* const     count)
{
  SF_INFO        info = {0};
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    return NULL;
  }
  const size_t     channels = (size_t)info.channels;
  const sf_count_t most     = (sf_count_t)MAX_SECONDS * info.samplerate;
  const size_t     room     = (size_t)(info.frames < most ? info.frames : most);
  sf_seek(file, (info.frames - (sf_count_t)room) / 2, SEEK_SET);
  float* const mono = calloc(room + 1U, sizeof(float));
  float* const some = malloc(4096U * channels * sizeof(float));
  size_t       have = 0U;
  while (have < room) {
    const size_t     want = room - have < 4096U ? room - have : 4096U;
    const sf_count_t got  = sf_readf_float(file, some, (sf_count_t)want);
    if (got <= 0) {
      break;
    }
    for (size_t i = 0U; i < (size_t)got; ++i) {
      float sum = 0.0F;
      for (size_t c = 0U; c < channels; ++c) {
        sum += some[i * channels + c];
      }
      mono[have + i] = sum / (float)channels;
    }
    have += (size_t)got;
  }
  free(some);
  sf_close(file);
  *rate_hz = (unsigned)info.samplerate;
  *count   = have;
  return mono;
}

float*
train_raise(float* const samples, size_t* const count, const unsigned times)
{
  const size_t room   = *count * times;
  float* const out    = calloc(room + 1U, sizeof(float));
  SRC_DATA     data   = {.data_in       = samples,
                         .data_out      = out,
                         .input_frames  = (long)*count,
                         .output_frames = (long)room,
                         .src_ratio     = times};
  const int    failed = src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1);
  *count              = failed ? 0U : (size_t)data.output_frames_gen;
  free(samples);
  return out;
}
