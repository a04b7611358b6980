// SPDX-License-Identifier: MIT
// Sound for the client: one interface over several drivers.
//
//   Audio* audio = audio_open(&config, error, sizeof(error)); // rate is known
//   ... create the engine at audio_info(audio)->rate_hz ...
//   audio_start(audio, &callbacks, error, sizeof(error));
//   ... audio_poll(audio, ...) a few times a second ...
//   const bool clean = audio_close(audio); // false: leave with _exit
//
// A sound server that dies can make its library hang in whatever is called
// next. So nothing here that could block runs on the caller's thread after the
// device was opened: a helper thread does it, and is left behind if it hangs.
// When audio_close or audio_abandon says so, save everything and end the
// process with _exit: exit would run the clean-up of the stuck library.

#ifndef JAM_CLIENT_AUDIO_H
#define JAM_CLIENT_AUDIO_H

#include <jamnet/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIO_NAME_SIZE 96U
#define AUDIO_NOTE_SIZE 160U

/// What to open. The strings must live as long as the Audio.
typedef struct AudioConfig {
  const char* backend;      ///< "portaudio", "jack", "virtual" or "file"
  const char* api;          ///< Of PortAudio: "jack", "alsa"; null: the best
  const char* input;        ///< Index or part of a name; null: the default
  const char* output;       ///< The same
  const char* name;         ///< Ports in JACK are NAME:in_0, NAME:out_0
  uint32_t    rate_hz;      ///< 0: the device's own (virtual: 48000)
  unsigned    out_channels; ///< 1 or 2
  unsigned    block_frames; ///< 0: as the device likes (virtual: 64)
  const char* file_in;      ///< Virtual: the microphone; null: see tone_hz
  const char* file_out;     ///< Virtual: records what is heard; may be null
  bool        loop;         ///< Virtual: file_in starts again at its end
  bool        unpaced;      ///< Virtual: as fast as possible
  double      tone_hz;      ///< Virtual, without file_in: 0 is silence
  double      skew_ppm;     ///< Virtual: how much faster its clock runs
  double      seconds;      ///< Virtual: then it has finished; 0: never
} AudioConfig;

/// Gives and takes one block. `in` is null without a microphone; `out` is
/// planar; `when` is jam_now() at the start of the block.
typedef void (*AudioProcess)(void*         context,
                             const float*  in,
                             float* const* out,
                             unsigned      out_channels,
                             unsigned      frames,
                             JamTime       when) JAM_RT;

typedef struct AudioCallbacks {
  AudioProcess process; ///< Audio thread; at most JAM_MAX_FRAMES a call
  void*        context;
} AudioCallbacks;

/// What was opened.
typedef struct AudioInfo {
  char     system[AUDIO_NAME_SIZE]; ///< "JACK", "ALSA", "virtual"
  char     input[AUDIO_NAME_SIZE];  ///< Empty: no microphone
  char     output[AUDIO_NAME_SIZE];
  char     note[AUDIO_NOTE_SIZE]; ///< One sentence worth logging, or empty
  uint32_t rate_hz;               ///< 44100, 48000, 96000 or 192000
  double   device_rate_hz;        ///< As the device itself says
  unsigned out_channels;
  double   in_latency_ms, out_latency_ms; ///< As reported; 0: not known
} AudioInfo;

/// How the device is doing.
typedef struct AudioHealth {
  bool     alive;     ///< Blocks keep coming
  bool     finished;  ///< A virtual device reached its end
  uint64_t callbacks; ///< Blocks so far
  JamTime  idle;      ///< Since the last block
  uint64_t xruns;     ///< Times the device reported a gap
} AudioHealth;

typedef enum AudioEvent {
  AUDIO_EVENT_NONE,
  AUDIO_EVENT_STOPPED, ///< The device is gone; it is looked for from now on
  AUDIO_EVENT_TROUBLE, ///< Still gone; the sentence says why
  AUDIO_EVENT_BACK,    ///< It plays again
  AUDIO_EVENT_FINISHED ///< A virtual device reached its end
} AudioEvent;

typedef struct AudioDevice {
  char     id[AUDIO_NAME_SIZE]; ///< What AudioConfig takes
  char     name[AUDIO_NAME_SIZE];
  char     system[AUDIO_NAME_SIZE];
  unsigned inputs, outputs;
  double   rate_hz;
} AudioDevice;

typedef struct Audio Audio;

/// Opens the device without starting it. Null and one sentence in `error` if
/// that is not possible. Main thread.
Audio* audio_open(const AudioConfig* config, char* error, size_t error_size);

/// Returns what was opened. Constant until audio_close.
const AudioInfo* audio_info(const Audio* audio);

/// Starts the blocks. False and one sentence in `error` on failure.
bool audio_start(Audio*                audio,
                 const AudioCallbacks* callbacks,
                 char*                 error,
                 size_t                error_size);

/// Ends the calls of `process`: when this returns, none is running and none
/// will come, whatever the device does; the engine may then be freed. The
/// device itself stays open. Never blocks on the device.
void audio_stop(Audio* audio);

/// Stops, closes and releases; null is fine. Returns false when the device's
/// library hangs or cannot be left in order (PortAudio on JACK never can): the
/// process must then end with _exit.
JAM_NODISCARD bool audio_close(Audio* audio);

/// Like audio_close without waiting at all, for leaving in a hurry: the process
/// must end with _exit after it. A recording is cut short.
void audio_abandon(Audio* audio);

/// Returns the state of the heartbeat. Main thread.
AudioHealth audio_alive(const Audio* audio);

/// Watches the heartbeat, and looks every two seconds for a device that is
/// gone. Returns what happened since the last call, with one sentence in
/// `text`; each event comes once. Main thread.
AudioEvent audio_poll(Audio* audio, char* text, size_t text_size);

/// Lists what can be opened; returns how many. Main thread, before audio_open.
unsigned audio_list(AudioDevice* out, unsigned capacity);

/// Returns the standard rate within 0.1 % of a device's, or 0: what is left is
/// drift, and is corrected as such.
uint32_t audio_nominal_rate(double device_rate_hz);

#endif // JAM_CLIENT_AUDIO_H
