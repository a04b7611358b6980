// SPDX-License-Identifier: MIT
// The state behind an instance. For shim*.c only.
//
// Three threads meet here. The keeper, a thread of the instance, does all that
// may take long: it alone calls the engine, but for the exchange of blocks. The
// audio thread reaches the engine through a gate that the keeper shuts for a
// moment when it changes the engine. The host's main thread leaves its wishes
// under a mutex, which nobody holds while waiting.

#ifndef JAM_SHIM_INTERNAL_H
#define JAM_SHIM_INTERNAL_H

#include "jam_shim.h"

#include "base/mailbox.h"

#include <jamnet/jamnet.h>

#include <pthread.h>
#include <stdatomic.h>

#define SHIM_WAITING 256U
#define SHIM_CHANNELS 16U
#define SHIM_NOTES 128U

/// When the host's blocks begin, smoothed: a wake-up is late by chance, the
/// sound card is not.
typedef struct ShimClock {
  bool    started;
  double  rate_hz;
  double  period;   ///< Nanoseconds per frame, as measured
  double  fraction; ///< Of a nanosecond, to add to `start`
  JamTime start;    ///< Of the block at hand
  double  last;     ///< Its length, frames
} ShimClock;

/// Tells real time from faster.
typedef struct ShimPace {
  bool    started, fast;
  JamTime last;         ///< Block before
  double  ahead;        ///< Seconds of sound beyond what a sound card can ask
  JamTime window_start; ///< Of a stretch that may show real time again
  double  window;       ///< Seconds of sound in it
} ShimPace;

/// A level that follows its parameter without a click.
typedef struct ShimGain {
  float db;      ///< As asked for
  float target;  ///< The same, linear
  float present; ///< Linear
} ShimGain;

/// MIDI on its way to the host.
typedef struct ShimMidiOut {
  JamMidiEvent waiting[SHIM_WAITING]; ///< By due time, the earliest first
  unsigned     count;
  bool         sounding[SHIM_CHANNELS][SHIM_NOTES]; ///< Not yet off
  bool         any;     ///< Some of them may be true
  bool         silence; ///< The engine went: end them
} ShimMidiOut;

/// Owner: audio thread; while inactive, the main thread.
typedef struct ShimRt {
  uint32_t    rate_hz; ///< 0: not active
  unsigned    turn;    ///< Of the engine that played last
  ShimClock   clock;
  ShimPace    pace;
  ShimGain    in_gain, out_gain;
  ShimMidiOut midi_out;
  float       in_peak, out_peak;
  float       input[JAM_MAX_FRAMES]; ///< Cleaned and levelled
} ShimRt;

/// Whoever sets `busy` may touch the rest: the keeper to change it, the audio
/// thread for one block, which finding it taken gives silence.
typedef struct ShimGate {
  atomic_bool busy;
  Jam*        jam;
  uint32_t    rate_hz;
  unsigned    turn; ///< Another engine, another number
} ShimGate;

/// Owner: keeper.
typedef struct ShimKeeper {
  Jam*            jam;
  uint32_t        rate_hz;
  unsigned        turns;
  JamShimSettings playing;             ///< What the engine was made with
  bool            joined;              ///< The engine is looking after a link
  bool            hopeless;            ///< No use in trying this link again
  JamTime         retry_at;            ///< JAM_NEVER: it is being tried
  JamTime         patience;            ///< Until then, doubling
  float           monitor, send, mode; ///< As the engine knows them
  JamView         view;
  JamShimStatus   status;
} ShimKeeper;

struct JamShimInstance {
  // Any thread
  _Atomic float params[JAM_SHIM_PARAM_COUNT];
  _Atomic float in_peak, out_peak;

  JamMailbox settings; ///< Written by set_settings, read under `mutex`
  JamMailbox status;   ///< Written by the keeper, read by `status`

  // Owner: whoever calls `status`
  JamShimStatus shown;

  // Under `mutex`
  pthread_mutex_t mutex;
  pthread_cond_t  wake;
  JamShimSettings wanted;
  uint32_t        wanted_rate_hz;              ///< 0: not active
  char            refusal[JAM_SHIM_TEXT_SIZE]; ///< Why it cannot be active
  bool            stop;
  bool            away;     ///< The keeper may be gone for long
  bool            orphaned; ///< It has to release the instance itself

  pthread_t  thread;
  ShimGate   gate;
  ShimRt     rt;
  ShimKeeper keeper;
};

/// What the parameters and ports are (shim_info_rt.c).
extern const JamShimInfo      shim_info;
extern const JamShimParamInfo shim_params[JAM_SHIM_PARAM_COUNT];

/// The keeper's thread (shim_keeper.c); its context is the instance.
void* shim_keeper_run(void* context);

/// Releases the memory of an instance that no thread uses any more (shim.c).
void shim_release(JamShimInstance* self);

/// Copies the newest settings. Caller holds the mutex (shim.c).
void shim_settings_newest(JamShimInstance* self);

/// State as text (shim_state.c); as in jam_shim.h.
size_t shim_save(JamShimInstance* self, char* out, size_t capacity);
bool   shim_load(JamShimInstance* self,
                 const char*      text,
                 size_t           size,
                 char*            error,
                 size_t           error_size);

// Audio thread, all real-time safe; the public ones as in jam_shim.h.

void shim_process(JamShimInstance* self, JamShimBlock* block) JAM_RT;
bool shim_set_param(JamShimInstance* self, JamShimParam param, float value)
  JAM_RT;
float shim_get_param(const JamShimInstance* self, JamShimParam param) JAM_RT;
bool  shim_set_settings(JamShimInstance* self, const JamShimSettings* settings)
  JAM_RT;
void shim_status(JamShimInstance* self, JamShimStatus* out) JAM_RT;

/// Gets the audio thread's part ready for a rate; 0 ends it
/// (shim_process_rt.c).
void shim_rt_start(JamShimInstance* self, uint32_t rate_hz) JAM_RT;

/// Notes a block that begins at `now`, as the host woke us. Real time is from
/// then on what `clock->start` says (shim_clock_rt.c).
void    shim_clock_init(ShimClock* clock, double rate_hz) JAM_RT;
void    shim_clock_block(ShimClock* clock, JamTime now, uint32_t frames) JAM_RT;
JamTime shim_clock_time(const ShimClock* clock, uint32_t frame) JAM_RT;

/// Returns whether blocks are asked for faster than any sound card does, for a
/// block of `seconds` (shim_clock_rt.c).
bool shim_pace_fast(ShimPace* pace, JamTime now, double seconds) JAM_RT;

/// MIDI of a block to the engine, and what is due in it from there. `jam` null:
/// no engine, so nothing goes out and what sounds is ended (shim_midi_rt.c).
void shim_midi_send(Jam* jam, const ShimClock* clock, const JamShimBlock* block)
  JAM_RT;
void shim_midi_receive(ShimMidiOut*     out,
                       Jam*             jam,
                       const ShimClock* clock,
                       JamShimBlock*    block) JAM_RT;

#endif // JAM_SHIM_INTERNAL_H
