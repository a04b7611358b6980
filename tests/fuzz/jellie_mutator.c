// SPDX-License-Identifier: MIT
// Mutations that stay close to token packets, for libFuzzer: single fields of
// the head, and bits of a lane string, which is then cut where it is complete.
// Most mutations are libFuzzer's own, which are quick.

#include "jellie/jellie.h"
#include "wire/wire.h"

#include "base/rand.h"

#include <string.h>

#define PREFIX "{\"J\":[\""
#define PREFIX_SIZE 7U
#define HEAD_SIZE 8U
#define HEAD_BITS 52U
#define MAX_BITS 26000U
#define MORE 20U
#define TRIES 40U

size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t* data,
                               size_t   size,
                               size_t   max_size,
                               unsigned seed);

static uint8_t bits[MAX_BITS];
static char    text[MAX_BITS];

// Reads all bits of a string; returns how many.
static size_t unpack(const char* const from, const size_t size)
{
  WireTextReader reader;
  wire_text_reader_init(&reader, from, size);
  size_t count = 0U;
  while (count < MAX_BITS) {
    const uint32_t bit = wire_text_get(&reader, 1U);
    if (reader.bad) {
      break;
    }
    bits[count++] = (uint8_t)bit;
  }
  return count;
}

// Writes the first `count` bits; returns the characters.
static size_t pack(char* const to, const size_t room, const size_t count)
{
  WireTextWriter writer;
  wire_text_writer_init(&writer, to, room);
  for (size_t i = 0U; i < count; ++i) {
    wire_text_put(&writer, bits[i], 1U);
  }
  const size_t size = wire_text_finish(&writer);
  return size == SIZE_MAX ? 0U : size;
}

// Sets one field of the head to anything.
static void mutate_head(JamRand* const rand, uint8_t* const head)
{
  static const uint8_t fields[] = {0, 4, 11, 13, 14, 18, 22, 26, 52};
  if (unpack((const char*)head, HEAD_SIZE) != HEAD_BITS) {
    return;
  }
  const uint32_t field = jam_rand_below(rand, sizeof(fields) - 1U);
  for (unsigned i = fields[field]; i < fields[field + 1U]; ++i) {
    bits[i] = (uint8_t)(jam_rand_u32(rand) & 1U);
  }
  (void)pack((char*)head, HEAD_SIZE, HEAD_BITS);
}

static size_t mutate_bits(JamRand* const rand, size_t count)
{
  for (uint32_t times = 1U + jam_rand_below(rand, 4U); times > 0U; --times) {
    const uint32_t at   = jam_rand_below(rand, (uint32_t)count);
    const size_t   rest = count - at;
    const uint32_t run  = 1U + jam_rand_below(rand, 40U);
    switch (jam_rand_below(rand, 4U)) {
    case 0U:
      bits[at] ^= 1U;
      break;
    case 1U: // A run of either bit: long quotients, or many short ones
      memset(bits + at,
             (int)(jam_rand_u32(rand) & 1U),
             run < rest ? run : rest);
      break;
    case 2U:
      if (count + run < MAX_BITS) {
        memmove(bits + at + run, bits + at, rest);
        count += run;
      }
      break;
    default:
      if (run < rest) {
        memmove(bits + at, bits + at + run, rest - run);
        count -= run;
      }
      break;
    }
  }
  return count;
}

// Puts a new string in place of the one at `begin`; returns the size, or 0 if
// there is no room.
static size_t replace(uint8_t* const data,
                      const size_t   size,
                      const size_t   max_size,
                      const size_t   begin,
                      const size_t   end,
                      const size_t   count)
{
  memcpy(text, data + end, size - end);
  const size_t length = pack((char*)data + begin, max_size - begin, count);
  if (begin + length + size - end > max_size || (length == 0U && count > 0U)) {
    memcpy(data + end, text, size - end);
    return 0U;
  }
  memcpy(data + begin + length, text, size - end);
  return begin + length + size - end;
}

// Changes bits of a string, and looks for the length at which it is complete.
static size_t mutate_string(JamRand* const rand,
                            uint8_t* const data,
                            const size_t   size,
                            const size_t   max_size,
                            const size_t   begin,
                            const size_t   end)
{
  static JellieBlock block;
  static uint8_t     copy[MAX_BITS];
  size_t             count = unpack((const char*)data + begin, end - begin);
  if (count == 0U || size > MAX_BITS) {
    return 0U;
  }
  count = mutate_bits(rand, count);
  for (unsigned i = 0U; i < MORE && count < MAX_BITS; ++i) {
    bits[count++] = (uint8_t)(jam_rand_u32(rand) & 1U);
  }
  const size_t least = count > TRIES ? count - TRIES : 1U;
  for (size_t length = count; length >= least; --length) {
    memcpy(copy, data, size);
    const size_t changed = replace(copy, size, MAX_BITS, begin, end, length);
    if (changed > 0U && changed <= max_size &&
        !jellie_decode((const char*)copy, changed, &block)) {
      memcpy(data, copy, changed);
      return changed;
    }
  }
  return replace(data, size, max_size, begin, end, count);
}

size_t LLVMFuzzerCustomMutator(uint8_t* const data,
                               const size_t   size,
                               const size_t   max_size,
                               const unsigned seed)
{
  JamRand rand;
  jam_rand_init(&rand, seed, 0U);
  const bool packet =
    size > PREFIX_SIZE + HEAD_SIZE + 3U && !memcmp(data, PREFIX, PREFIX_SIZE);
  const uint32_t way = jam_rand_below(&rand, 16U);
  if (!packet || way > 2U) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  if (way == 2U) {
    mutate_head(&rand, data + PREFIX_SIZE);
    return size;
  }
  // Which string; the last one if there are fewer
  size_t   begin = PREFIX_SIZE + HEAD_SIZE;
  size_t   end   = begin;
  uint32_t skip  = jam_rand_below(&rand, 4U);
  while (end < size && data[end] != '"') {
    if (++end + 4U < size && data[end] == '"' && data[end + 1U] == ',' &&
        skip > 0U) {
      --skip;
      begin = end + 3U;
      end   = begin;
    }
  }
  const size_t changed =
    end < size ? mutate_string(&rand, data, size, max_size, begin, end) : 0U;
  return changed > 0U ? changed : LLVMFuzzerMutate(data, size, max_size);
}
