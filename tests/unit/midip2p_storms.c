// SPDX-License-Identifier: MIT
// midip2p_storms FIRST COUNT [FAULT]: plays patterns of the storm and prints
// what happened. Exit status 1 if any state was wrong.

#include "midip2p_storm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(const int argc, char** const argv)
{
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 0U;
  const uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100U;
  const unsigned fault = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0U;
  StormCounts    all   = {0};
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const uint64_t before = all.mismatches + all.internal + all.stuck +
                            all.unfinished + all.sysex_bad;
    storm_play(seed, (StormFault)fault, &all);
    if (fault == 0U && all.mismatches + all.internal + all.stuck +
                           all.unfinished + all.sysex_bad >
                         before) {
      printf("pattern %" PRIu64 " went wrong\n", seed);
    }
  }
  printf("{\"patterns\":%" PRIu64 ",\"accepted\":%" PRIu64
         ",\"mismatches\":%" PRIu64 ",\"internal\":%" PRIu64
         ",\"stuck\":%" PRIu64 ",\"unfinished\":%" PRIu64
         ",\"repairs\":%" PRIu64 ",\"restarts\":%" PRIu64
         ",\"released\":%" PRIu64 ",\"sysex\":%" PRIu64
         ",\"sysex_bad\":%" PRIu64 ",\"largest\":%" PRIu64 "}\n",
         all.patterns,
         all.accepted,
         all.mismatches,
         all.internal,
         all.stuck,
         all.unfinished,
         all.repairs,
         all.restarts,
         all.silences,
         all.sysex,
         all.sysex_bad,
         all.largest);
  return all.mismatches + all.internal + all.stuck + all.unfinished +
               all.sysex_bad >
             0U
           ? EXIT_FAILURE
           : EXIT_SUCCESS;
}
