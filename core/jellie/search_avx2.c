// SPDX-License-Identifier: MIT
// The search once more, for processors with AVX2.

#define jellie_search_plain jellie_search_avx2

#include "jellie/search.c"
