// SPDX-License-Identifier: MIT
// Seeded random numbers for simulation and tie-breaking, not for secrets.
// Method: PCG-XSH-RR 64/32, M. O'Neill, "PCG: A Family of Simple Fast
// Space-Efficient Statistically Good Algorithms", HMC-CS-2014-0905.

#ifndef JAM_BASE_RAND_H
#define JAM_BASE_RAND_H

#include <stdint.h>

typedef struct JamRand {
  uint64_t state;
  uint64_t increment;
} JamRand;

/// Starts a generator; different streams of one seed are independent.
void jam_rand_init(JamRand* rand, uint64_t seed, uint64_t stream);

/// Returns 32 uniform bits.
uint32_t jam_rand_u32(JamRand* rand);

/// Returns an unbiased integer in 0 .. bound-1 (bound > 0).
uint32_t jam_rand_below(JamRand* rand, uint32_t bound);

/// Returns a uniform number in [0, 1).
double jam_rand_unit(JamRand* rand);

/// Returns a number of the standard normal distribution (Box-Muller).
double jam_rand_normal(JamRand* rand);

#endif // JAM_BASE_RAND_H
