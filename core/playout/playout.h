// SPDX-License-Identifier: MIT
// Playout: the real-time side of reception.
//
// One Playout per remote stream. The network thread pushes decoded blocks and
// publishes clocks, delay targets and prediction models; the audio thread
// orders samples by stream position, conceals what is missing, reads at the
// drift-free position and mixes. What they share is rings and mailboxes only.
//
// Positions are samples since the stream's start, as int64. A device position
// counts the frames of this machine's audio callbacks: the block handed to and
// taken from the callback at device position d is d .. d+frames, and the DLL
// says at which time that callback was due.
//
// Two states. LOCKED: whole-sample read pointer, no resampler, bit-exact.
// TRACKING: libsamplerate at the ratio of the two clocks.

#ifndef JAM_PLAYOUT_H
#define JAM_PLAYOUT_H

#include "pntbtr/pntbtr.h"

#include <jamnet/types.h>

#include <stdbool.h>

#define PLAYOUT_MAX_FRAMES 4096U ///< Largest audio callback
#define PLAYOUT_STORE                                                          \
  262144U ///< Samples kept around the read position: a
          ///< slow bar and more

// Device clock: a delay-locked loop on callback times (F. Adriaensen, "Using a
// DLL to filter time", LAC 2005). Plain data, one thread.

typedef struct PlayoutDll {
  bool     started;
  int64_t  position;  ///< Device position of the newest callback
  JamTime  time;      ///< Filtered time of that position
  double   period;    ///< Nanoseconds per frame, filtered
  double   rate_hz;   ///< Nominal
  double   fraction;  ///< Of `time`, below one nanosecond
  double   age;       ///< Seconds since start; narrows the loop
  double   phase_age; ///< Seconds since the phase was last set
  bool     warm;      ///< The first callbacks have been let pass
  double   spread;    ///< Usual distance of wake-ups from the line, seconds
  double   outside; ///< Seconds for which all callbacks have been too late ...
  double   outside_least; ///< ... by at least this, in seconds
  unsigned outside_count;
} PlayoutDll;

/// Starts a loop at a nominal rate.
void playout_dll_init(PlayoutDll* dll, double rate_hz) JAM_RT;

/// Takes in the callback at `position` that woke up at `now`. A jump (xrun,
/// suspend) restarts the loop's phase, not its rate.
void playout_dll_update(PlayoutDll* dll, JamTime now, int64_t position) JAM_RT;

/// Returns the (fractional) device position at a time.
double playout_dll_position(const PlayoutDll* dll, JamTime time) JAM_RT;

/// Returns the time at which a device position is due.
JamTime playout_dll_time(const PlayoutDll* dll, int64_t position) JAM_RT;

// Delay control: how long to wait, from measured arrivals.

typedef enum PlayoutMode {
  PLAYOUT_TIGHT,  ///< At most 10 ms of delay beyond the fastest packet
  PLAYOUT_NORMAL, ///< At most 30 ms
  PLAYOUT_SAFE,   ///< At most 80 ms
  PLAYOUT_NO_CAP
} PlayoutMode;

#define PLAYOUT_WAITING 1024U

/// What a packet needed, and when it came.
typedef struct PlayoutNeed {
  JamTime at;
  double  us;
} PlayoutNeed;

/// Histogram of clock-true relative delays (arrival minus capture, both on the
/// same clock, so that drift is not in it). Plain data, network thread.
typedef struct PlayoutDelay {
  PlayoutMode mode;
  double      late_target; ///< Share of packets that may come too late
  double      bin_us;
  double      minimum_us; ///< Lower edge of bin 0
  float       bins[1024];
  double      weight;
  double      target_us;
  double      fast_late; ///< Recent share above the target
  JamTime     updated;
  bool        started;
  double      gain;       ///< Weight of the next packet; grows with time
  double      interval;   ///< Usual seconds between packets
  double      least_us;   ///< Fastest packets
  double      wanted_us;  ///< What `target_us` moves to
  JamTime     moved;      ///< When it last did
  JamTime     scanned;    ///< When the histogram was last read
  double      peak_us[2]; ///< Largest need of this and the last half second
  double      valley_us;  ///< Least need of this half second
  JamTime     peak_since;
  JamTime     alarm_until; ///< The fast rise holds until then
  unsigned    waiting_first, waiting_count;
  PlayoutNeed waiting[PLAYOUT_WAITING]; ///< Not in the histogram yet: a ring
} PlayoutDelay;

/// Starts delay control. `late_target` 0: 0.01 tight and normal, 0.001 safe.
void playout_delay_init(PlayoutDelay* delay,
                        PlayoutMode   mode,
                        double        late_target);

/// Takes in one packet that needed `needed_us` of delay to be in time.
void playout_delay_add(PlayoutDelay* delay, JamTime now, double needed_us);

/// Takes back what was added since a time, up to 0.15 s ago: the clock that it
/// was measured on has proved wrong.
void playout_delay_forget(PlayoutDelay* delay, JamTime now, JamTime since);

/// Returns the delay to play with now, in microseconds. Rises fast, falls
/// slowly, no block-sized jumps.
double playout_delay_target(PlayoutDelay* delay, JamTime now);

// One remote stream

typedef enum PlayoutState {
  PLAYOUT_IDLE,     ///< No clock, delay or packet for 200 ms: silence
  PLAYOUT_TRACKING, ///< Resampling by the clock ratio
  PLAYOUT_LOCKED    ///< Whole-sample pointer, bit-exact
} PlayoutState;

/// Where a stream is on the local device clock, composed by the network thread
/// from the sender's map, the session clock and the device DLL.
typedef struct PlayoutClock {
  bool    valid;
  int64_t device_position; ///< At this local position ...
  double  stream_position; ///< ... the sender was capturing this sample
  double  ratio;           ///< Stream samples per device frame
  double  ratio_error;     ///< One sigma of ratio / nominal ratio
  double  position_error;  ///< One sigma of stream_position, samples
} PlayoutClock;

/// What the audio thread saw of one packet.
typedef struct PlayoutArrival {
  int64_t position;      ///< Of its first sample
  double  needed_frames; ///< Least delay (stream samples) that plays all of it
  bool    late;          ///< Some of it had been concealed
} PlayoutArrival;

/// State and counters, newest value published by the audio thread.
typedef struct PlayoutReport {
  PlayoutState state;
  double       delay_frames; ///< Present delay, stream samples
  double       fill_frames;  ///< Samples in hand beyond the read position
  uint64_t     played;       ///< Samples rendered since the first packet
  uint64_t     concealed;    ///< Of these, predicted (cross-fades not counted)
  uint64_t     longest_gap;  ///< Longest run of concealed samples
  uint64_t     late;         ///< Packets with samples that came too late
  uint64_t     jumps;        ///< Times the read position was moved outright
  float        peak;         ///< Before gain; decays 20 dB/s
  float        rms;          ///< Before gain; 300 ms
} PlayoutReport;

typedef struct PlayoutConfig {
  uint32_t device_rate_hz;
  uint32_t stream_rate_hz;
  bool     dsp; ///< False: count and track, but touch no samples (simulator)
} PlayoutConfig;

typedef struct Playout Playout;

/// Creates a stream's playout with all memory and resampler state it needs.
JAM_NODISCARD JamStatus playout_new(const JamAllocator*  allocator,
                                    const PlayoutConfig* config,
                                    Playout**            out);

/// Releases a playout no thread uses any more; null is ignored.
void playout_free(Playout* playout);

/// Hands a decoded block to the audio thread. `samples` may be null without
/// DSP. False (counted by the caller) when the ring is full. Network thread.
bool playout_push(Playout*     playout,
                  int64_t      position,
                  const float* samples,
                  unsigned     frames);

/// Publishes the clock. One that is invalid or makes no sense leaves the last
/// one in force. Network thread.
void playout_set_clock(Playout* playout, const PlayoutClock* clock);

/// Publishes the delay to play with, in stream samples; nothing plays before
/// the first one. TRACKING adds the look-ahead of its filter to it, so that
/// `needed_frames` means the same in both states. At most 3/4 of PLAYOUT_STORE.
/// Network thread.
void playout_set_delay(Playout* playout, double frames);

/// Publishes a prediction model, which is worth refreshing a few times in the
/// time it predicts. Network thread.
void playout_set_model(Playout* playout, const PntbtrModel* model);

/// Takes the next arrival seen by the audio thread. Network thread.
bool playout_arrival(Playout* playout, PlayoutArrival* out);

/// Reads the newest report. Network thread.
void playout_report(Playout* playout, PlayoutReport* out);

/// Writes the stream's next `frames` frames (at most PLAYOUT_MAX_FRAMES) for
/// the callback at `device_position`, at unity gain. Audio thread.
void playout_render(Playout* playout,
                    int64_t  device_position,
                    float*   out,
                    unsigned frames) JAM_RT;

// Mixing and metering. Plain data, audio thread.

typedef struct PlayoutMeter {
  float    peak; ///< Decays 20 dB/s
  float    mean_square;
  float    peak_decay, rms_decay; // Per frame
  uint32_t clip_run;
  uint32_t clips; ///< Runs of 3 samples at -0.1 dBFS or over
} PlayoutMeter;

/// Prepares a meter for a sample rate.
void playout_meter_init(PlayoutMeter* meter, double rate_hz) JAM_RT;

/// Takes in a block.
void playout_meter_update(PlayoutMeter* meter, const float* in, unsigned frames)
  JAM_RT;

/// Gain and pan that move without clicks: a linear 15 ms ramp to new values.
typedef struct PlayoutGain {
  float    left, right; ///< Present factors
  float    target_left, target_right;
  float    step_left, step_right;
  uint32_t ramp_left; ///< Frames still to go
  uint32_t ramp_frames;
} PlayoutGain;

/// Prepares at unity, centre.
void playout_gain_init(PlayoutGain* gain, double rate_hz) JAM_RT;

/// Sets linear gain (0 .. 2; NaN is 0), pan (-1 left .. +1 right; equal power,
/// 0 dB at the centre so that an untouched stream stays bit-exact) and mute.
void playout_gain_set(PlayoutGain* gain, float level, float pan, bool muted)
  JAM_RT;

/// Adds a mono block to the mix; `right` null means a mono output, where pan is
/// ignored. Unity gain adds the samples unchanged.
void playout_mix(PlayoutGain* gain,
                 const float* in,
                 float*       left,
                 float*       right,
                 unsigned     frames) JAM_RT;

#endif // JAM_PLAYOUT_H
