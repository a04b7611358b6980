// SPDX-License-Identifier: MIT
// The thread that sends received MIDI to the output when it is due. RtMidi
// takes locks and memory to send, so the audio thread must not.

#include "midi_state.h"

#include <string.h>
#include <time.h>

#define LOOK_SPAN JAM_MS          // Between looks for new messages
#define FARTHEST (5 * JAM_SECOND) // A due time beyond this is a mistake
#define PRIORITY 50
#define SYSEX 0xF0U
#define SYSEX_END 0xF7U

static void
emit(Midi* const midi, const uint8_t* const bytes, const size_t size)
{
  midi->out->ok = true;
  if (rtmidi_out_send_message(midi->out, bytes, (int)size) == 0) {
    atomic_fetch_add_explicit(&midi->sent, 1U, memory_order_relaxed);
  }
}

static void record(Midi* const               midi,
                   const JamMidiEvent* const event,
                   const uint8_t* const      bytes,
                   const size_t              size)
{
  if (midi->config.recorder) {
    (void)midi_recorder_heard(midi->config.recorder,
                              event->time,
                              event->user,
                              bytes,
                              size);
  }
}

// Pieces of a long message; what does not begin one, or is too long, is lost
static void gather(Midi* const midi, const JamMidiEvent* const event)
{
  const bool   begins = event->bytes[0] == SYSEX;
  const size_t size   = begins ? 0U : midi->longer_size;
  midi->longer_size   = 0U;
  if ((!begins && size == 0U) || size + event->size > MIDI_LONGEST) {
    return;
  }
  memcpy(midi->longer + size, event->bytes, event->size);
  midi->longer_size = size + event->size;
  if (midi->longer[midi->longer_size - 1U] == SYSEX_END) {
    emit(midi, midi->longer, midi->longer_size);
    record(midi, event, midi->longer, midi->longer_size);
    midi->longer_size = 0U;
  }
}

static void send_now(Midi* const midi, const JamMidiEvent* const event)
{
  JamMidiEvent out = *event;
  if (event->bytes[0] == SYSEX || event->bytes[0] < 0x80U ||
      event->bytes[0] == SYSEX_END) {
    gather(midi, event);
    return;
  }
  if (!midi_map_apply(&midi->config.output_map, out.bytes)) {
    return;
  }
  const uint8_t kind    = out.bytes[0] & 0xF0U;
  const uint8_t channel = out.bytes[0] & 0x0FU;
  const uint8_t note    = out.bytes[1] & 0x7FU;
  emit(midi, out.bytes, out.size);
  record(midi, event, out.bytes, out.size);
  if (kind == 0x90U || kind == 0x80U) {
    midi->sounding[channel][note] = kind == 0x90U && out.bytes[2] > 0U;
  }
}

static void send_first(Midi* const midi)
{
  send_now(midi, &midi->waiting[0]);
  --midi->waiting_count;
  memmove(midi->waiting,
          midi->waiting + 1,
          midi->waiting_count * sizeof(midi->waiting[0]));
}

// The due times of one player may step back a little as the clocks are learnt;
// their messages stay in the order in which they came all the same.
static void insert(Midi* const midi, const JamMidiEvent* const event)
{
  if (midi->waiting_count == MIDI_WAITING) {
    send_first(midi);
  }
  JamTime  due   = event->time;
  unsigned place = midi->waiting_count++;
  for (unsigned i = 0U; i < place; ++i) {
    const JamMidiEvent* const other = &midi->waiting[i];
    due = other->user == event->user && other->time > due ? other->time : due;
  }
  for (; place > 0U && midi->waiting[place - 1U].time > due; --place) {
    midi->waiting[place] = midi->waiting[place - 1U];
  }
  midi->waiting[place]      = *event;
  midi->waiting[place].time = due;
}

static JamTime pump(Midi* const midi)
{
  JamMidiEvent event;
  while (jam_midi_pull(midi->jam, &event)) {
    if (event.size < 1U || event.size > sizeof(event.bytes)) {
      continue;
    }
    const JamTime now = jam_now();
    event.time        = event.time > now + FARTHEST ? now : event.time;
    insert(midi, &event);
  }
  while (midi->waiting_count > 0U && midi->waiting[0].time <= jam_now()) {
    send_first(midi);
  }
  const JamTime look = jam_now() + LOOK_SPAN;
  return midi->waiting_count > 0U && midi->waiting[0].time < look
           ? midi->waiting[0].time
           : look;
}

static void silence(Midi* const midi)
{
  for (unsigned channel = 0U; channel < 16U; ++channel) {
    for (unsigned note = 0U; note < 128U; ++note) {
      if (midi->sounding[channel][note]) {
        const uint8_t off[] = {(uint8_t)(0x80U | channel), (uint8_t)note, 64U};
        emit(midi, off, sizeof(off));
        midi->sounding[channel][note] = false;
      }
    }
  }
}

static void* run(void* const context)
{
  Midi* const midi = (Midi*)context;
  while (!atomic_load(&midi->quit)) {
    const JamTime         due   = pump(midi);
    const struct timespec until = {(time_t)(due / JAM_SECOND),
                                   (long)(due % JAM_SECOND)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
  }
  silence(midi);
  return NULL;
}

bool midi_out_start(Midi* const midi)
{
  atomic_store(&midi->quit, false);
  midi->waiting_count = 0U;
  midi->running       = pthread_create(&midi->thread, NULL, run, midi) == 0;
  if (midi->running) {
    // A bonus: without it notes come a little late on a busy machine
    const struct sched_param priority = {.sched_priority = PRIORITY};
    (void)pthread_setschedparam(midi->thread, SCHED_FIFO, &priority);
  }
  return midi->running;
}

void midi_out_stop(Midi* const midi)
{
  if (midi->running) {
    atomic_store(&midi->quit, true);
    (void)pthread_join(midi->thread, NULL);
    midi->running = false;
  }
}
