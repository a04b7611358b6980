// SPDX-License-Identifier: MIT
// MIDI between the host's blocks, which count frames, and the engine, which
// tells the time.

#include "shim.h"

#include "base/rt_poison.h"

#define NOTE_OFF 0x80U
#define NOTE_ON 0x90U
#define DATA 0x7FU
#define SYSEX 0xF0U
#define SYSEX_END 0xF7U

void shim_midi_send(Jam* const                jam,
                    const ShimClock* const    clock,
                    const JamShimBlock* const block)
{
  for (uint32_t i = 0U; i < block->midi_in_count; ++i) {
    const JamShimMidi* const in    = &block->midi_in[i];
    JamMidiEvent             event = {0};
    if (in->size < 1U || in->size > sizeof(event.bytes)) {
      continue;
    }
    event.time = shim_clock_time(clock, in->frame);
    event.size = in->size;
    for (unsigned b = 0U; b < in->size; ++b) {
      event.bytes[b] = in->bytes[b];
    }
    // A ring that is full has a network thread that does not run
    (void)jam_midi_push(jam, &event);
  }
}

static void insert(ShimMidiOut* const out, const JamMidiEvent* const event)
{
  unsigned at = out->count++;
  while (at > 0U && out->waiting[at - 1U].time > event->time) {
    out->waiting[at] = out->waiting[at - 1U];
    --at;
  }
  out->waiting[at] = *event;
}

static void track(ShimMidiOut* const out, const uint8_t bytes[3])
{
  const unsigned kind = bytes[0] & 0xF0U;
  if (kind == NOTE_ON || kind == NOTE_OFF) {
    const bool on = kind == NOTE_ON && bytes[2] > 0U;
    out->sounding[bytes[0] & 0x0FU][bytes[1] & DATA] = on;
    out->any |= on;
  }
}

static bool has_room(const JamShimBlock* const block)
{
  return block->midi_out_count < block->midi_out_capacity;
}

static void emit(JamShimBlock* const block,
                 const uint32_t      frame,
                 const uint8_t       size,
                 const uint8_t       bytes[3])
{
  JamShimMidi* const to = &block->midi_out[block->midi_out_count++];
  to->frame             = frame;
  to->size              = size;
  for (unsigned b = 0U; b < 3U; ++b) {
    to->bytes[b] = bytes[b];
  }
}

/// Ends every note, as far as there is room; returns whether all are.
static bool end_notes(ShimMidiOut* const out, JamShimBlock* const block)
{
  for (unsigned c = 0U; out->any && c < SHIM_CHANNELS; ++c) {
    for (unsigned n = 0U; n < SHIM_NOTES; ++n) {
      if (!out->sounding[c][n]) {
        continue;
      }
      if (!has_room(block)) {
        return false;
      }
      const uint8_t off[3] = {(uint8_t)(NOTE_OFF | c), (uint8_t)n, 64U};
      emit(block, 0U, 3U, off);
      out->sounding[c][n] = false;
    }
  }
  out->any = false;
  return true;
}

static uint32_t frame_of(const ShimClock* const clock,
                         const JamTime          time,
                         const uint32_t         frames)
{
  const double frame =
    ((double)(time - clock->start) - clock->fraction) / clock->period;
  return frame <= 0.0                     ? 0U
         : frame >= (double)(frames - 1U) ? frames - 1U
                                          : (uint32_t)frame;
}

void shim_midi_receive(ShimMidiOut* const     out,
                       Jam* const             jam,
                       const ShimClock* const clock,
                       JamShimBlock* const    block)
{
  if (out->silence) {
    out->count   = 0U;
    out->silence = !end_notes(out, block);
  }
  if (!jam || out->silence) {
    return;
  }
  JamMidiEvent event;
  while (out->count < SHIM_WAITING && jam_midi_pull(jam, &event)) {
    // Hosts take short messages only: pieces of long ones are left out
    if (event.bytes[0] > DATA && event.bytes[0] != SYSEX &&
        event.bytes[0] != SYSEX_END) {
      insert(out, &event);
    }
  }
  const JamTime end  = shim_clock_time(clock, block->frames);
  unsigned      sent = 0U;
  while (sent < out->count && out->waiting[sent].time < end &&
         has_room(block)) {
    const JamMidiEvent* const due = &out->waiting[sent++];
    track(out, due->bytes);
    emit(block,
         frame_of(clock, due->time, block->frames),
         due->size,
         due->bytes);
  }
  out->count -= sent;
  for (unsigned i = 0U; sent > 0U && i < out->count; ++i) {
    out->waiting[i] = out->waiting[i + sent];
  }
}
