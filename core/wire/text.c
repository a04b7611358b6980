// SPDX-License-Identifier: MIT
// Bits as text: 13 bits in two of 92 characters. In the path of every audio
// packet, hence tables for single characters; tables for pairs would be faster
// alone but push the codec's own data out of the first-level cache.

#include "wire/wire.h"

#define RADIX 92U
#define PAIR_BITS 13U
#define PAIR_END 8192U // Above every pair; also what marks a foreign character
#define TAIL_BITS 6U

static const char letters[] = "!#$%&'()*+,-./0123456789:;<=>\?@"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_"
                              "`abcdefghijklmnopqrstuvwxyz{|}~";

// Value of each byte. A foreign byte lifts its pair above 8191 in either
// place, so that one comparison covers all that can be wrong with a pair.
#define X PAIR_END
static const uint16_t values[256] = {
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  0,  X,  1,  2,  3,
  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
  23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
  42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, X,  58, 59,
  60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78,
  79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
  X,  X,  X,  X,  X,  X,  X,  X,  X,
};
#undef X

// Zeros above the highest one of a byte.
static const uint8_t byte_zeros[256] = {
  8, 7, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
  3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

void wire_text_writer_init(WireTextWriter* const writer,
                           char* const           text,
                           const size_t          capacity)
{
  writer->text     = text;
  writer->capacity = capacity;
  writer->size     = 0U;
  writer->bits     = 0U;
  writer->count    = 0U;
  writer->full     = false;
}

static void put_pair(WireTextWriter* const writer, const uint32_t pair)
{
  if (writer->capacity - writer->size < 2U) {
    writer->full = true;
    return;
  }
  writer->text[writer->size]      = letters[pair / RADIX];
  writer->text[writer->size + 1U] = letters[pair % RADIX];
  writer->size += 2U;
}

void wire_text_put(WireTextWriter* const writer,
                   const uint32_t        bits,
                   const unsigned        count)
{
  const uint64_t mask = (UINT64_C(1) << count) - 1U;
  writer->bits        = (writer->bits << count) | (bits & mask);
  writer->count += count;
  while (writer->count >= PAIR_BITS) {
    writer->count -= PAIR_BITS;
    put_pair(writer, (uint32_t)(writer->bits >> writer->count) & 8191U);
  }
}

size_t wire_text_finish(WireTextWriter* const writer)
{
  const unsigned count = writer->count;
  if (count > TAIL_BITS) {
    wire_text_put(writer, 0U, PAIR_BITS - count);
  } else if (count > 0U) {
    if (writer->size < writer->capacity) {
      const uint32_t tail = (uint32_t)(writer->bits << (TAIL_BITS - count));
      writer->text[writer->size++] = letters[tail & 63U];
    } else {
      writer->full = true;
    }
    writer->count = 0U;
  }
  return writer->full ? SIZE_MAX : writer->size;
}

void wire_text_reader_init(WireTextReader* const reader,
                           const char* const     text,
                           const size_t          size)
{
  reader->text  = text;
  reader->size  = size;
  reader->next  = 0U;
  reader->bits  = 0U;
  reader->count = 0U;
  reader->bad   = false;
}

// Loads as many pairs as fit. Bits are left aligned, with zeros after them. A
// faulty pair stops it, and is a fault only when somebody needs its bits.
static void refill(WireTextReader* const reader)
{
  const uint8_t* const text  = (const uint8_t*)reader->text;
  uint64_t             bits  = reader->bits;
  unsigned             count = reader->count;
  size_t               next  = reader->next;
  while (count <= 64U - PAIR_BITS && reader->size - next >= 2U) {
    const uint32_t pair =
      (uint32_t)values[text[next]] * RADIX + values[text[next + 1U]];
    if (pair >= PAIR_END) {
      break;
    }
    bits |= (uint64_t)pair << (64U - PAIR_BITS - count);
    count += PAIR_BITS;
    next += 2U;
  }
  if (count <= 64U - TAIL_BITS && reader->size - next == 1U) {
    const uint32_t tail = values[text[next]];
    if (tail < 1U << TAIL_BITS) {
      bits |= (uint64_t)tail << (64U - TAIL_BITS - count);
      count += TAIL_BITS;
      ++next;
    }
  }
  reader->bits  = bits;
  reader->count = count;
  reader->next  = next;
}

static uint32_t fail(WireTextReader* const reader)
{
  reader->bits  = 0U;
  reader->count = 0U;
  reader->next  = reader->size;
  reader->bad   = true;
  return 0U;
}

uint32_t wire_text_get(WireTextReader* const reader, const unsigned count)
{
  if (reader->count < count) {
    refill(reader);
    if (reader->count < count) {
      return fail(reader);
    }
  }
  // In two shifts, as a shift by all 64 bits is undefined
  const uint32_t taken = (uint32_t)((reader->bits >> 32U) >> (32U - count));
  reader->bits <<= count;
  reader->count -= count;
  return taken;
}

// Returns the number of zeros above the highest one (bits > 0). Runs are short
// in a good code, so that the first byte nearly always decides.
static unsigned leading_zeros(uint64_t bits)
{
  unsigned zeros = 0U;
  while (!(bits >> 56U)) {
    bits <<= 8U;
    zeros += 8U;
  }
  return zeros + byte_zeros[bits >> 56U];
}

unsigned wire_text_get_zeros(WireTextReader* const reader, const unsigned limit)
{
  if (!reader->bits) {
    refill(reader);
  }
  const unsigned zeros = reader->bits ? leading_zeros(reader->bits) : 64U;
  if (zeros > limit || limit > 32U) {
    return fail(reader);
  }
  reader->bits <<= zeros + 1U;
  reader->count -= zeros + 1U;
  return zeros;
}

bool wire_text_at_end(const WireTextReader* const reader)
{
  // An odd length ends in a single character of up to 5 zero bits
  const unsigned fill = reader->size % 2U ? TAIL_BITS - 1U : TAIL_BITS;
  return !reader->bad && reader->next == reader->size && !reader->bits &&
         reader->count <= fill;
}
