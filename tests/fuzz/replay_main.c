// SPDX-License-Identifier: MIT
// Runs a fuzz target without libFuzzer: on every example of a folder, then on
// a given number of mutations of them. Each mutation depends on its number
// alone. With -v it names each input before it runs, so that the last line
// before a crash says which it was.

#include "base/rand.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 256U
#define MAX_SIZE 65536U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

typedef struct Example {
  char     name[256];
  uint8_t* data;
  size_t   size;
} Example;

typedef struct Corpus {
  Example examples[MAX_FILES];
  size_t  count;
} Corpus;

static Corpus corpus;

static int by_name(const void* const a, const void* const b)
{
  return strcmp(((const Example*)a)->name, ((const Example*)b)->name);
}

static bool load(Example* const example, const char* const folder)
{
  static uint8_t buffer[MAX_SIZE];
  char           path[4096];
  (void)snprintf(path, sizeof(path), "%s/%s", folder, example->name);
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return false;
  }
  example->size = fread(buffer, 1U, sizeof(buffer), file);
  example->data = (uint8_t*)malloc(example->size + 1U);
  if (example->data) {
    memcpy(example->data, buffer, example->size);
  }
  return fclose(file) == 0 && example->data;
}

// A folder lists its files in any order; sorted, the numbers mean the same
// everywhere.
static bool load_corpus(const char* const folder)
{
  DIR* const stream = opendir(folder);
  if (!stream) {
    return false;
  }
  for (const struct dirent* entry = readdir(stream); entry;
       entry                      = readdir(stream)) {
    if (entry->d_name[0] != '.' && corpus.count < MAX_FILES) {
      Example* const example = &corpus.examples[corpus.count++];
      (void)snprintf(example->name, sizeof(example->name), "%s", entry->d_name);
    }
  }
  closedir(stream);
  qsort(corpus.examples, corpus.count, sizeof(Example), by_name);
  for (size_t i = 0U; i < corpus.count; ++i) {
    if (!load(&corpus.examples[i], folder)) {
      return false;
    }
  }
  return corpus.count > 0U;
}

// In a block of exactly its size, so that a sanitizer sees reading past it.
static void run(const uint8_t* const data, const size_t size)
{
  uint8_t* const exact = (uint8_t*)malloc(size > 0U ? size : 1U);
  if (exact) {
    memcpy(exact, data, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
  }
}

static uint32_t below(JamRand* const rand, const size_t bound)
{
  return jam_rand_below(rand, (uint32_t)bound);
}

static size_t insert(uint8_t* const       data,
                     const size_t         size,
                     const size_t         at,
                     const uint8_t* const piece,
                     const size_t         piece_size)
{
  if (piece_size > MAX_SIZE - size) {
    return size;
  }
  memmove(data + at + piece_size, data + at, size - at);
  memcpy(data + at, piece, piece_size);
  return size + piece_size;
}

static size_t insert_token(JamRand* const rand, uint8_t* data, size_t size)
{
  static const char* const tokens[] = {
    "[",   "]",    "{",    "}",       "\"",    ",",          ":",
    "\\",  "0",    "-1",   "1e308",   "65536", "4294967296", "9007199254740993",
    "0.5", "null", "true", "\\u0000", "\xC3",  "\xFF"};
  const char* const token =
    tokens[below(rand, sizeof(tokens) / sizeof(tokens[0]))];
  return insert(data,
                size,
                below(rand, size + 1U),
                (const uint8_t*)token,
                strlen(token));
}

static size_t insert_other(JamRand* const rand, uint8_t* data, size_t size)
{
  const Example* const other = &corpus.examples[below(rand, corpus.count)];
  if (other->size == 0U) {
    return size;
  }
  const size_t begin  = below(rand, other->size);
  const size_t length = 1U + below(rand, other->size - begin);
  const size_t at     = below(rand, size + 1U);
  return insert(data, size, at, other->data + begin, length);
}

static size_t erase(JamRand* const rand, uint8_t* data, const size_t size)
{
  const size_t begin  = below(rand, size);
  const size_t length = 1U + below(rand, size - begin);
  memmove(data + begin, data + begin + length, size - begin - length);
  return size - length;
}

static size_t mutate_once(JamRand* const rand, uint8_t* data, const size_t size)
{
  const uint32_t kind = below(rand, 8U);
  if (kind == 0U || size == 0U) {
    return insert_token(rand, data, size);
  }
  switch (kind) {
  case 1U:
    return insert_other(rand, data, size);
  case 2U:
    return erase(rand, data, size);
  case 3U:
    return below(rand, size);
  case 4U:
    data[below(rand, size)] = (uint8_t)below(rand, 256U);
    return size;
  case 5U:
    data[below(rand, size)] = (uint8_t)(0x20U + below(rand, 95U));
    return size;
  default:
    data[below(rand, size)] ^= (uint8_t)(1U << below(rand, 8U));
    return size;
  }
}

static void run_mutation(const uint32_t number, const bool verbose)
{
  static uint8_t data[MAX_SIZE];
  JamRand        rand;
  jam_rand_init(&rand, number, 0U);
  const Example* const example = &corpus.examples[number % corpus.count];
  size_t               size    = example->size;
  memcpy(data, example->data, size);
  for (uint32_t steps = 1U + below(&rand, 5U); steps > 0U; --steps) {
    size = mutate_once(&rand, data, size);
  }
  if (verbose) {
    fprintf(stderr, "mutation %u of %s\n", number, example->name);
  }
  run(data, size);
}

int main(const int argc, char** const argv)
{
  if (argc < 3 || !load_corpus(argv[1])) {
    fprintf(stderr, "usage: %s FOLDER MUTATIONS [-v]\n", argv[0]);
    return EXIT_FAILURE;
  }
  const bool          verbose   = argc > 3 && !strcmp(argv[3], "-v");
  const unsigned long mutations = strtoul(argv[2], NULL, 10);
  for (size_t i = 0U; i < corpus.count; ++i) {
    if (verbose) {
      fprintf(stderr, "%s\n", corpus.examples[i].name);
    }
    run(corpus.examples[i].data, corpus.examples[i].size);
  }
  for (unsigned long i = 0U; i < mutations; ++i) {
    run_mutation((uint32_t)i, verbose);
  }
  printf("%zu examples and %lu mutations\n", corpus.count, mutations);
  for (size_t i = 0U; i < corpus.count; ++i) {
    free(corpus.examples[i].data);
  }
  return EXIT_SUCCESS;
}
