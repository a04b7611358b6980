// SPDX-License-Identifier: MIT
// jamnet-lab clock: what the clock estimator makes of a trace of stamps. A row
// is true_us,kind,seq,t1_us,t2_us,t3_us,t4_us with kind U (client to node: t1
// sent, t2 heard), D (node to client: t3 sent, t4 heard) or P (answered probe:
// all four); other kinds are the truth, for whoever scores the result.

#include "lab.h"

#include "support/clock_pair.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_ROW 256
#define COLUMNS 4U // Times of a row

typedef struct Row {
  char    kind;
  int64_t t[COLUMNS]; // Valid where the kind has them
} Row;

// Which times a row must have, as bits of t1 to t4
static unsigned needed(const char kind)
{
  return kind == 'U' ? 3U : kind == 'D' ? 12U : kind == 'P' ? 15U : 0U;
}

static bool read_time(const char** const text, int64_t* const out)
{
  char*        end   = NULL;
  const double value = strtod(*text, &end);
  const bool   there = end != *text && fabs(value) < 1e15;
  *out               = there ? llround(value) : 0;
  *text              = end + strcspn(end, ",\r\n");
  *text += **text == ',' ? 1 : 0;
  return there;
}

static bool read_row(const char* text, Row* const row)
{
  const char* const kind = strchr(text, ',');
  const char* const seq  = kind ? strchr(kind + 1, ',') : NULL;
  const char* const rest = seq ? strchr(seq + 1, ',') : NULL;
  if (!rest || seq != kind + 2) {
    return false;
  }
  row->kind    = kind[1];
  text         = rest + 1;
  unsigned has = 0U;
  for (unsigned i = 0U; i < COLUMNS; ++i) {
    has |= read_time(&text, &row->t[i]) ? 1U << i : 0U;
  }
  return (has & needed(row->kind)) == needed(row->kind);
}

static void feed(ClockPair* const pair, const Row* const row)
{
  if (row->kind == 'U') {
    clock_pair_up(pair, row->t[0], row->t[1]);
  } else if (row->kind == 'D') {
    clock_pair_down(pair, row->t[2], row->t[3]);
  } else if (row->kind == 'P') {
    clock_pair_echo(pair, row->t[0], row->t[1], row->t[2], row->t[3]);
  }
}

static int run(FILE* const file, const char* const path)
{
  static ClockPair pair;
  ClockEstimate    estimate;
  char             text[LONGEST_ROW];
  clock_pair_init(&pair);
  printf("client_us,offset_us,skew_ppm,error_us\n");
  for (unsigned long line = 1U; fgets(text, sizeof(text), file); ++line) {
    Row row;
    if (line == 1U && !strncmp(text, "true_us", 7U)) {
      continue;
    }
    if (!read_row(text, &row)) {
      return lab_fault("%s: line %lu is no row of a trace", path, line);
    }
    feed(&pair, &row);
    if (clock_pair_take(&pair, &estimate)) {
      printf("%lld,%.1f,%.3f,%.1f\n",
             (long long)estimate.at_us,
             estimate.offset_us,
             estimate.skew_ppm,
             estimate.error_us);
    }
  }
  return LAB_OK;
}

int lab_clock(const int argc, char** const argv)
{
  if (argc != 2) {
    return lab_fault("One trace is needed: jamnet-lab clock TRACE.csv");
  }
  FILE* const file = fopen(argv[1], "r");
  if (!file) {
    return lab_fault("%s cannot be opened", argv[1]);
  }
  const int status = run(file, argv[1]);
  (void)fclose(file);
  return status;
}
