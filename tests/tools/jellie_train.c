// SPDX-License-Identifier: MIT
// Makes JELLIE's table of predictors (core/jellie/table_data.c) from sound.
//
//   jellie_train --out TABLE [--high] [--rows N] [--items N] [--passes N]
//                [--seed N] [--from TABLE] [--talk] FOLDER[=WEIGHT]...
//   jellie_train --measure TABLE [--bits 16|24] [--trials N] [--every N]
//   FILE... jellie_train --source FILE.c [--note TEXT] TABLE TABLE_HIGH
//
// The first form reads every audio file in the folders that libsndfile knows
// (44.1 and 48 kHz; with --high any rate from 44.1 kHz, lower ones raised to
// 96 or 192 kHz), as mono. It draws packets (train_set.c), clusters their
// spectra (train_lloyd.c) and moves the rows to where the packets' true code
// length is least (train_refine.c). Folders share the packets by weight; the
// files of a folder by the root of their length. The same files, seed and
// options give the same bytes.
//
// TABLE is text, a line per row: 16 reflection coefficients in the form of
// JellieTableRow, then 17 widths. `jamnet-lab jdat --table` reads it, too.
//
// The second form counts one-lane packets of files that the table has not
// seen, a line of JSON per file: their bytes divided by those of JackTrip's
// packets, for packets of 32, 64, 128 and 256 samples.
//
// The third form turns the tables into C.

#include "tools/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Options {
  TrainPlan    plan;
  TrainMeasure how;
  unsigned     rows;
  unsigned     passes;
  bool         talk;
  const char*  out;
  const char*  from;
  const char*  measure;
  const char*  source;
  const char*  note;
  char**       names; ///< Folders or files
  unsigned     name_count;
} Options;

static void stop(const char* const what, const char* const name)
{
  fprintf(stderr, "jellie_train: %s%s.\n", what, name);
  exit(1);
}

static size_t number_of(const char* const option, const char* const text)
{
  char*                    end;
  const unsigned long long value = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0') {
    stop("a whole number must follow ", option);
  }
  return (size_t)value;
}

static double level_of(const char* const option, const char* const text)
{
  char*        end;
  const double decibel = strtod(text, &end);
  if (end == text || *end != '\0' || !(decibel < 0.0)) {
    stop("a level in dBFS below 0 must follow ", option);
  }
  return pow(10.0, decibel / 20.0);
}

// Takes an option with a value; returns false if it is none.
static bool
take(Options* const options, const char* const option, const char* const value)
{
  const struct {
    const char*  name;
    const char** to;
  } texts[] = {{"--out", &options->out},
               {"--from", &options->from},
               {"--measure", &options->measure},
               {"--source", &options->source},
               {"--note", &options->note}};

  for (size_t i = 0U; i < sizeof(texts) / sizeof(*texts); ++i) {
    if (strcmp(option, texts[i].name) == 0) {
      *texts[i].to = value;
      return true;
    }
  }
  if (strcmp(option, "--rows") == 0) {
    options->rows = (unsigned)number_of(option, value);
  } else if (strcmp(option, "--items") == 0) {
    options->plan.items = number_of(option, value);
  } else if (strcmp(option, "--passes") == 0) {
    options->passes = (unsigned)number_of(option, value);
  } else if (strcmp(option, "--seed") == 0) {
    options->plan.seed = number_of(option, value);
  } else if (strcmp(option, "--bits") == 0) {
    options->how.bits = (unsigned)number_of(option, value);
  } else if (strcmp(option, "--noise") == 0) {
    options->how.noise = level_of(option, value);
  } else if (strcmp(option, "--trials") == 0) {
    options->how.trials = (unsigned)number_of(option, value);
  } else if (strcmp(option, "--every") == 0) {
    options->how.every = (unsigned)number_of(option, value);
  } else {
    return false;
  }
  return true;
}

static void read_options(const int argc, char** const argv, Options* const out)
{
  *out = (Options){.plan   = {.items = 200000U, .seed = 1U},
                   .how    = {.bits = 16U, .trials = 4U, .every = 1U},
                   .rows   = TRAIN_MAX_ROWS,
                   .passes = 8U,
                   .names  = argv};
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--high") == 0) {
      out->plan.high = true;
    } else if (strcmp(argv[i], "--talk") == 0) {
      out->talk = true;
    } else if (strncmp(argv[i], "--", 2U) != 0) {
      out->names[out->name_count++] = argv[i];
    } else if (i + 1 == argc || !take(out, argv[i], argv[i + 1])) {
      stop("this option is unknown or lacks its value: ", argv[i]);
    } else {
      ++i;
    }
  }
  const TrainMeasure* const how = &out->how;
  if (out->rows == 0U || out->rows > TRAIN_MAX_ROWS || out->name_count == 0U ||
      how->trials == 0U || how->trials > TRAIN_MAX_ROWS || how->every == 0U ||
      (how->bits != 16U && how->bits != 24U)) {
    stop("the head of tests/tools/jellie_train.c says how to call this", "");
  }
}

static unsigned load(const char* const path, TrainRow* const table)
{
  const unsigned rows = train_read_text(path, table);
  if (rows == 0U) {
    stop("this is no table: ", path);
  }
  return rows;
}

static void learn(const Options* const options)
{
  static TrainRow table[TRAIN_MAX_ROWS];
  TrainPlan       plan = options->plan;
  TrainSet        set;
  plan.folders      = options->names;
  plan.folder_count = options->name_count;
  train_set_read(&plan, &set);
  if (options->talk) {
    fprintf(stderr, "%zu packets of %zu files\n", set.count, set.files);
  }
  unsigned rows = options->rows;
  if (options->from) {
    rows = load(options->from, table);
  } else {
    train_cluster(&set, rows, table);
  }
  train_refine(&set, rows, options->passes, options->talk, table);
  train_set_release(&set);
  if (!train_write_text(options->out, rows, table)) {
    stop("cannot write ", options->out);
  }
}

static void measure(const Options* const options)
{
  static TrainRow table[TRAIN_MAX_ROWS];
  const unsigned  rows = load(options->measure, table);
  for (unsigned i = 0U; i < options->name_count; ++i) {
    if (!train_measure(options->names[i], &options->how, rows, table)) {
      stop("this is no audio: ", options->names[i]);
    }
  }
}

static void write_source(const Options* const options)
{
  static TrainRow tables[2][TRAIN_MAX_ROWS];
  if (options->name_count != 2U ||
      load(options->names[0], tables[0]) != TRAIN_MAX_ROWS ||
      load(options->names[1], tables[1]) != TRAIN_MAX_ROWS) {
    stop("the source is made of two tables of 512 rows", "");
  }
  if (!train_write_source(options->source,
                          options->note,
                          TRAIN_MAX_ROWS,
                          tables[0],
                          tables[1])) {
    stop("cannot write ", options->source);
  }
}

int main(int argc, char** argv)
{
  Options options;
  read_options(argc, argv, &options);
  if (options.measure) {
    measure(&options);
  } else if (options.source) {
    write_source(&options);
  } else if (options.out) {
    learn(&options);
  } else {
    stop("one of --out, --measure and --source says what to do", "");
  }
  return 0;
}
