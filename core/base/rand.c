// SPDX-License-Identifier: MIT
// PCG32.

#include "base/rand.h"

#include <math.h>

void jam_rand_init(JamRand* const rand,
                   const uint64_t seed,
                   const uint64_t stream)
{
  rand->state     = 0U;
  rand->increment = (stream << 1U) | 1U;
  (void)jam_rand_u32(rand);
  rand->state += seed;
  (void)jam_rand_u32(rand);
}

uint32_t jam_rand_u32(JamRand* const rand)
{
  const uint64_t old = rand->state;
  rand->state        = old * UINT64_C(6364136223846793005) + rand->increment;

  const uint32_t mixed = (uint32_t)(((old >> 18U) ^ old) >> 27U);
  const uint32_t turn  = (uint32_t)(old >> 59U);
  return (mixed >> turn) | (mixed << ((32U - turn) & 31U));
}

uint32_t jam_rand_below(JamRand* const rand, const uint32_t bound)
{
  // Numbers below 2^32 mod bound would favour small results
  const uint32_t threshold = (0U - bound) % bound;
  uint32_t       number    = jam_rand_u32(rand);
  while (number < threshold) {
    number = jam_rand_u32(rand);
  }
  return number % bound;
}

double jam_rand_unit(JamRand* const rand)
{
  return (double)jam_rand_u32(rand) * 0x1p-32;
}

double jam_rand_normal(JamRand* const rand)
{
  const double radius = sqrt(-2.0 * log(1.0 - jam_rand_unit(rand)));
  return radius * cos(6.283185307179586 * jam_rand_unit(rand));
}
