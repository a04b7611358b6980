// SPDX-License-Identifier: MIT
// clock_seeds FIRST COUNT: how well clocks are known over wired, cable and
// wireless paths, between a client and its node and between clients of one and
// of two nodes. Prints quantiles; fails where they exceed what is promised.

#include "support/clock_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SECONDS 120U
#define STEPS (SECONDS * 10U)
#define STEADY 600U // Step from which on a clock counts as settled
#define MOVE_STEPS 5U
#define GROUP 4U // Clients that meet
#define NODE_SEED 1000000U
#define SHARED 1.5 // What two clients may be off, of what one may be
#define SIGMAS 5.0
#define OFTEN 0.02 // Share of errors that may exceed so many sigmas

typedef struct Goal {
  const char* name;
  double      first[2], fifth[2], steady[2]; // us: median, 99th percentile
} Goal;

static const Goal goals[CLOCK_PATH_KINDS] = {
  {"wired", {30, 100}, {10, 40}, {7, 20}},
  {"cable", {100, 1000}, {50, 700}, {10, 50}},
  {"wifi", {200, 1500}, {70, 900}, {10, 60}},
};
static const double skew_goal[2] = {1.0, 2.0};
#define MOVE_GOAL_US 20.0 // In half a second

typedef struct Set {
  float* values;
  size_t count;
} Set;

typedef struct Sets {
  Set    first, fifth, steady, skew, moves;
  size_t beyond, judged; // Errors of more than so many sigmas
} Sets;

static void add(Set* const set, const double value)
{
  if ((set->count & (set->count + 1U)) == 0U) {
    const size_t room = 2U * (set->count + 1U);
    set->values       = (float*)realloc(set->values, room * sizeof(float));
    if (!set->values) {
      abort();
    }
  }
  set->values[set->count++] = (float)fabs(value);
}

static int compare(const void* const a, const void* const b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x > y) - (x < y);
}

static double quantile(Set* const set, const double share)
{
  qsort(set->values, set->count, sizeof(float), compare);
  const size_t at = (size_t)(share * (double)set->count);
  return set->count
           ? (double)set->values[at < set->count ? at : set->count - 1U]
           : (double)NAN;
}

// Prints a pair of quantiles; returns whether they are within `goal` * `scale`
static bool
show(const char* const name, Set* const set, const double goal[2], double scale)
{
  const double half = quantile(set, 0.5);
  const double most = quantile(set, 0.99);
  const bool   good = half <= scale * goal[0] && most <= scale * goal[1];
  printf("  %s %.1f/%.1f%s", name, half, most, good ? "" : " (too much)");
  return good;
}

// Where a seed gives one value only, quantiles are those of a small sample
static double sampling(const Set* const set)
{
  return 1.0 + 2.0 / sqrt((double)set->count);
}

static bool show_all(const char* const name,
                     const Goal* const goal,
                     Sets* const       sets,
                     const double      scale)
{
  printf("%-22s", name);
  bool good =
    show("1 s", &sets->first, goal->first, scale * sampling(&sets->first));
  good =
    show("5 s", &sets->fifth, goal->fifth, scale * sampling(&sets->fifth)) &&
    good;
  good = show("steady", &sets->steady, goal->steady, scale) && good;
  if (sets->skew.count > 0U) {
    const double moves = quantile(&sets->moves, 0.99);
    good               = show("us; skew", &sets->skew, skew_goal, 1.0) && good;
    printf(" ppm; moves %.1f us", moves);
    good = good && moves <= MOVE_GOAL_US;
  }
  const double beyond = (double)sets->beyond / (double)sets->judged;
  printf("; beyond %.0f sigma %.2f %%\n", SIGMAS, 100.0 * beyond);
  free(sets->first.values);
  free(sets->fifth.values);
  free(sets->steady.values);
  free(sets->skew.values);
  free(sets->moves.values);
  return good && beyond <= OFTEN;
}

static void count(Sets* const    sets,
                  const unsigned step,
                  const double   us,
                  const double   sigma)
{
  if (step == 10U) {
    add(&sets->first, us);
  } else if (step == 50U) {
    add(&sets->fifth, us);
  } else if (step > STEADY) {
    add(&sets->steady, us);
  }
  if (step >= 10U) {
    ++sets->judged;
    sets->beyond += !(fabs(us) <= SIGMAS * sigma);
  }
}

static void count_one(Sets* const sets, const ClockError* const errors)
{
  for (unsigned i = 0U; i < STEPS; ++i) {
    const ClockError* const error = &errors[i];
    // Nothing published is as good as a second off
    count(sets,
          i,
          error->error_us > 0.0 ? error->offset_us : 1e6,
          error->error_us);
    if (i > STEADY) {
      add(&sets->skew, error->skew_ppm);
    }
    if (i > STEADY && i % MOVE_STEPS == 0U) {
      add(&sets->moves, error->offset_us - errors[i - MOVE_STEPS].offset_us);
    }
  }
}

// Two clients, and what their nodes know of each other where they have two
static void count_two(Sets* const             sets,
                      const ClockError* const a,
                      const ClockError* const b,
                      const ClockError* const between)
{
  static const ClockError none = {0};
  for (unsigned i = 0U; i < STEPS; ++i) {
    // The nodes have known each other for a while when people come
    const ClockError* const hop = between ? &between[STEPS - 1U] : &none;
    const double            sigma =
      hypot(hop->error_us, hypot(a[i].error_us, b[i].error_us));
    count(sets, i, a[i].offset_us - b[i].offset_us + hop->offset_us, sigma);
  }
}

static bool
run(const ClockPathKind kind, const uint64_t first, const unsigned seeds)
{
  static ClockError errors[GROUP][STEPS];
  static ClockError between[STEPS];
  const Goal* const goal = &goals[kind];
  Sets              one = {0}, same = {0}, two = {0};
  for (unsigned i = 0U; i < seeds; ++i) {
    const unsigned place = i % GROUP;
    clock_path_play(kind, first + i, STEPS, errors[place]);
    count_one(&one, errors[place]);
    if (place + 1U < GROUP) {
      continue;
    }
    clock_path_play(CLOCK_PATH_WIRED, NODE_SEED + first + i, STEPS, between);
    for (unsigned a = 0U; a < GROUP; ++a) {
      for (unsigned b = 0U; b < a; ++b) {
        count_two(&same, errors[a], errors[b], NULL);
        count_two(&two, errors[a], errors[b], between);
      }
    }
  }
  printf("%s\n", goal->name);
  bool good = show_all(" client and node", goal, &one, 1.0);
  if (same.judged > 0U) {
    good = show_all(" clients of one node", goal, &same, SHARED) && good;
    good = show_all(" clients of two nodes", goal, &two, SHARED) && good;
  }
  return good;
}

int main(const int argc, char** const argv)
{
  if (argc != 3) {
    (void)fprintf(stderr, "clock_seeds FIRST COUNT\n");
    return 2;
  }
  const uint64_t first = strtoull(argv[1], NULL, 10);
  const unsigned seeds = (unsigned)strtoul(argv[2], NULL, 10);
  bool           good  = true;
  for (unsigned kind = 0U; kind < CLOCK_PATH_KINDS; ++kind) {
    good = run((ClockPathKind)kind, first, seeds) && good;
  }
  return good ? 0 : 1;
}
