// SPDX-License-Identifier: MIT
// Which shift keeps a stream within its rate.

#include "jellie/thrift.h"

#include <math.h>
#include <string.h>

#define START_BITS 6.0 // A sample, of a stream not yet known
#define FRAMING 21U    // Bytes of a packet without any samples
#define BITS_PER_BYTE 6.5
// A packet takes this part of what it might beyond its even share
#define SPREAD 8
// No packet may take so much that later ones get less of their even share
#define SHARE_PERCENT 90U

void jellie_thrift_init(JellieThrift* const       thrift,
                        const JellieFormat* const format)
{
  memset(thrift, 0, sizeof(*thrift));
  thrift->format = *format;
  jellie_encoder_init(&thrift->encoder);
  jellie_shaper_init(&thrift->shaper, format);
  thrift->count = format->rate_hz / (2U * format->frames);
  thrift->worth = START_BITS;
}

void jellie_thrift_set(JellieThrift* const thrift, const uint32_t rate_bps)
{
  if (thrift->rate_bps == rate_bps) {
    return;
  }
  // Nothing is left over of another rate, and nothing owed
  thrift->rate_bps = rate_bps;
  thrift->budget   = (unsigned)((uint64_t)rate_bps * thrift->format.frames *
                              thrift->count / 8U / thrift->format.rate_hz);
  for (unsigned i = 0U; i < thrift->count; ++i) {
    const unsigned share = thrift->budget * (i + 1U) / thrift->count -
                           thrift->budget * i / thrift->count;
    thrift->sizes[i] = (uint16_t)(share < UINT16_MAX ? share : UINT16_MAX);
  }
}

// Returns the largest size of the next packet with which no half second that it
// is in goes beyond the budget, even if all after it take their least share.
static int room_of(const JellieThrift* const thrift)
{
  const int count = (int)thrift->count;
  const int share = (int)(thrift->budget * SHARE_PERCENT / 100U) / count;
  int       room  = INT32_MAX;
  int       left  = (int)thrift->budget - (count - 1) * share;
  unsigned  at    = thrift->at;
  for (int i = 0; i < count; ++i) {
    room = left < room ? left : room;
    at   = (at > 0U ? at : thrift->count) - 1U;
    left += share - thrift->sizes[at];
  }
  return room;
}

// Returns the logarithm (base 2) of what a simple predictor leaves of a block.
static double level_of(const int32_t* const samples, const unsigned frames)
{
  double sum = 0.25;
  for (unsigned i = 2U; i < frames; ++i) {
    const double rest = (double)samples[i] - 2.0 * (double)samples[i - 1U] +
                        (double)samples[i - 2U];
    sum += rest < 0.0 ? -rest : rest;
  }
  return log2(sum / frames);
}

// Bits of a sample that is worth `bits` of them where there are many: few bits
// cannot become none.
static double bits_of(const double bits)
{
  return 0.5 * log2(2.0 + exp2(2.0 * bits));
}

static double bytes_of(const JellieThrift* const thrift, const double bits)
{
  return FRAMING + bits_of(bits) * thrift->format.frames / BITS_PER_BYTE;
}

// Returns the least shift that keeps to the share of this packet.
static unsigned
shift_for(const JellieThrift* const thrift, const double level, const int room)
{
  const int    mean = (int)(thrift->budget / thrift->count);
  const double target =
    mean + (room - mean) / SPREAD + 0.5 * thrift->format.frames / BITS_PER_BYTE;
  unsigned shift = 0U;
  while (shift < JELLIE_MAX_SHIFT &&
         bytes_of(thrift, thrift->worth + level - shift) > target) {
    ++shift;
  }
  return shift;
}

static size_t encode(JellieThrift* const  thrift,
                     const uint32_t       counter,
                     const int32_t* const samples,
                     const unsigned       shift,
                     char* const          out,
                     const size_t         capacity)
{
  int32_t rounded[JELLIE_MAX_FRAMES];
  thrift->format.shift = (uint8_t)shift;
  jellie_shaper_round(&thrift->shaper,
                      samples,
                      thrift->format.frames,
                      shift,
                      rounded);
  return jellie_encode(&thrift->encoder,
                       &thrift->format,
                       counter,
                       rounded,
                       out,
                       capacity);
}

// Notes what a packet took.
static void account(JellieThrift* const thrift,
                    const size_t        size,
                    const double        level,
                    const unsigned      shift)
{
  thrift->sizes[thrift->at] = (uint16_t)size;
  thrift->at                = (thrift->at + 1U) % thrift->count;
  // An empty packet with a shift says that the shift was far too large
  if (size > FRAMING || shift > 0U) {
    const double bits =
      (double)(size - FRAMING) * BITS_PER_BYTE / (double)thrift->format.frames;
    const double many = exp2(2.0 * bits) - 2.0;
    thrift->worth =
      0.5 * log2(many > 0.25 ? many : 0.25) - level + (double)shift;
  }
}

size_t jellie_thrift_encode(JellieThrift* const  thrift,
                            const uint32_t       counter,
                            const int32_t* const samples,
                            char* const          out,
                            const size_t         capacity)
{
  const unsigned frames = thrift->format.frames;
  jellie_shaper_hear(&thrift->shaper, samples, frames);
  if (thrift->rate_bps == 0U) {
    return encode(thrift, counter, samples, 0U, out, capacity);
  }
  const int    room  = room_of(thrift);
  const double level = level_of(samples, frames);
  unsigned     shift = shift_for(thrift, level, room);

  // What a second try begins with
  const JellieShapeState state = thrift->shaper.state;
  int32_t                recent[JELLIE_HISTORY];
  memcpy(recent, thrift->encoder.recent, sizeof(recent));
  size_t size = encode(thrift, counter, samples, shift, out, capacity);
  while ((int)size > room && shift < JELLIE_MAX_SHIFT) {
    thrift->shaper.state = state;
    memcpy(thrift->encoder.recent, recent, sizeof(recent));
    size = encode(thrift, counter, samples, ++shift, out, capacity);
  }
  if ((int)size > room) {
    // Shaping takes bits too
    memset(&thrift->shaper.filter, 0, sizeof(thrift->shaper.filter));
    memset(&thrift->shaper.state, 0, sizeof(thrift->shaper.state));
    memcpy(thrift->encoder.recent, recent, sizeof(recent));
    thrift->shaper.age = 0U;
    size               = encode(thrift, counter, samples, shift, out, capacity);
  }
  thrift->over += (int)size > room;
  account(thrift, size, level, shift);
  return size;
}
