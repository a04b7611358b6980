// SPDX-License-Identifier: MIT
// The variant of the search that this processor can run.

#include "jellie/search.h"

JellieSearch jellie_search_best(void)
{
#ifdef JELLIE_AVX2
  if (__builtin_cpu_supports("avx2")) {
    return jellie_search_avx2;
  }
#endif
  return jellie_search_plain;
}
