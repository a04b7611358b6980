// SPDX-License-Identifier: MIT
// JAMNet as a plug-in, for any host: one exported symbol gives a struct of C
// callbacks. An adapter (LV2 is one) translates between them and its format.
//
//   const JamShim* shim = jam_shim_get(JAM_SHIM_VERSION);
//   JamShimInstance* jam = shim->create();
//   shim->load(jam, text, strlen(text), error, sizeof(error));
//   shim->activate(jam, 48000.0, 1024);
//   ... shim->process(jam, &block) from the audio thread ...
//   shim->deactivate(jam);
//   shim->destroy(jam);
//
// The plug-in is one player. Its audio input is what the others hear: mono, or
// the mean of two channels. Its output is the jam's mix. It joins the room of
// its invite link while it is active, and leaves when it is deactivated.
//
// Threads. "Main thread" is whichever thread sets things up, one at a time; it
// never waits for the network. "Audio thread" calls are real-time safe: they
// neither allocate, lock, wait nor enter the kernel. Names are resolved, and
// the engine is started and stopped, on a thread that each instance has of its
// own. Nothing is shared between instances.
//
// This header needs nothing but a C or C++ compiler.

#ifndef JAM_SHIM_H
#define JAM_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#  define JAM_SHIM_API __declspec(dllexport)
#else
#  define JAM_SHIM_API __attribute__((visibility("default")))
#endif

// Real-time marking: clang 20 or newer then proves that an adapter's callback,
// marked likewise, does nothing but what may be done on an audio thread.
#if defined(__clang__) && __clang_major__ >= 20
#  define JAM_SHIM_RT __attribute__((nonblocking))
#else
#  define JAM_SHIM_RT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Of this header. It rises when something here changes its meaning.
#define JAM_SHIM_VERSION 1U

#define JAM_SHIM_LINK_SIZE 1024U  ///< An invite link with its terminator
#define JAM_SHIM_NAME_SIZE 33U    ///< A player's name, UTF-8, likewise
#define JAM_SHIM_TEXT_SIZE 160U   ///< One sentence, likewise
#define JAM_SHIM_STATE_SIZE 8192U ///< Every saved state fits, likewise

/// One plug-in in one host.
typedef struct JamShimInstance JamShimInstance;

/// Numbers that a host may show, automate and save.
typedef enum JamShimParam {
  JAM_SHIM_INPUT_GAIN,  ///< dB; the lowest value is silence
  JAM_SHIM_OUTPUT_GAIN, ///< dB, of the mix; the lowest value is silence
  JAM_SHIM_MONITOR,     ///< 1: the own input is part of the mix
  JAM_SHIM_SEND,        ///< 1: the others hear the input
  JAM_SHIM_MODE,        ///< 0 tight, 1 normal, 2 safe: delay against gaps
  JAM_SHIM_PARAM_COUNT
} JamShimParam;

typedef enum JamShimParamKind {
  JAM_SHIM_CONTINUOUS,
  JAM_SHIM_SWITCH, ///< 0 or 1
  JAM_SHIM_CHOICE  ///< A whole number, named by `choices`
} JamShimParamKind;

typedef struct JamShimParamInfo {
  const char*        symbol; ///< For programs: a C identifier
  const char*        name;   ///< For people
  const char*        unit;   ///< "dB" or ""
  JamShimParamKind   kind;
  float              minimum, maximum, initial;
  const char* const* choices; ///< From the minimum up; null if not a choice
} JamShimParamInfo;

typedef struct JamShimPortInfo {
  const char* symbol;
  const char* name;
  bool        midi;     ///< Else audio
  bool        output;   ///< Else input
  uint32_t    channels; ///< Of audio; 0 for MIDI
} JamShimPortInfo;

/// What the plug-in is. Lives as long as the library.
typedef struct JamShimInfo {
  const char*             name;
  const char*             version; ///< Of JAMNet, as "0.1.0"
  uint32_t                param_count;
  const JamShimParamInfo* params; ///< Index: JamShimParam
  uint32_t                port_count;
  const JamShimPortInfo*  ports;
} JamShimInfo;

/// What a host saves besides the parameters.
typedef struct JamShimSettings {
  char link[JAM_SHIM_LINK_SIZE];     ///< Invite; empty: no room. It is secret:
                                     ///< whoever has it may enter.
  char     name[JAM_SHIM_NAME_SIZE]; ///< Of the player, as the others see it
  uint32_t bits;                     ///< Of what is sent: 16 or 24
} JamShimSettings;

/// A short MIDI message, `frame` frames after the start of its block.
typedef struct JamShimMidi {
  uint32_t frame;
  uint8_t  size; ///< 1 .. 3; longer messages do not travel
  uint8_t  bytes[3];
} JamShimMidi;

/// One call of `process`. Buffers are planar; an output may be the same memory
/// as an input.
typedef struct JamShimBlock {
  uint32_t            frames;      ///< Any number, also 0
  uint32_t            in_channels; ///< 0: silence; 1; 2: their mean is sent
  const float* const* in;
  uint32_t            out_channels; ///< 0, 1 or 2; more stay silent
  float* const*       out;
  bool                offline;      ///< The host knows that it does not run in
                                    ///< real time: silence
  uint32_t           midi_in_count; ///< Ordered by frame
  const JamShimMidi* midi_in;
  uint32_t           midi_out_capacity; ///< What has no room waits
  uint32_t           midi_out_count;    ///< Set by the call
  JamShimMidi*       midi_out;          ///< Ordered by frame
} JamShimBlock;

typedef enum JamShimConnection {
  JAM_SHIM_IDLE, ///< No link, or not active
  JAM_SHIM_CONNECTING,
  JAM_SHIM_JOINED,
  JAM_SHIM_RECONNECTING, ///< The node went silent; it keeps trying
  JAM_SHIM_FAILED        ///< See the sentence; tried again where that can help
} JamShimConnection;

/// Meters and the connection.
typedef struct JamShimStatus {
  JamShimConnection connection;
  char              sentence[JAM_SHIM_TEXT_SIZE];
  uint32_t          people;        ///< In the room, oneself included
  float             round_trip_ms; ///< To the node and back
  float             in_peak;       ///< Linear, behind the input gain, falling
  float             out_peak;      ///< Linear, behind the output gain, falling
} JamShimStatus;

/// The callbacks. Never null; later versions add at the end.
typedef struct JamShim {
  uint32_t version; ///< JAM_SHIM_VERSION of the library
  uint32_t size;    ///< sizeof(JamShim) in the library

  /// Returns what the plug-in is. Any thread.
  const JamShimInfo* (*describe)(void);

  /// Makes an instance, with a thread of its own. Null: no memory or no thread.
  /// Main thread.
  JamShimInstance* (*create)(void);

  /// Leaves the room and releases everything; null is fine. If a name is being
  /// resolved, that thread ends later, by itself. Main thread.
  void (*destroy)(JamShimInstance* jam);

  /// Begins. `rate_hz` within 0.1 % of 44100, 48000, 96000 or 192000 counts as
  /// that rate; `max_frames` is the largest block, a hint. False if the rate
  /// cannot be: the status says so, and `process` gives silence. Main thread,
  /// not during `process`.
  bool (*activate)(JamShimInstance* jam, double rate_hz, uint32_t max_frames);

  /// Ends: leaves the room. Main thread, not during `process`.
  void (*deactivate)(JamShimInstance* jam);

  /// Exchanges one block with the jam. When called faster than real time it
  /// gives silence. Audio thread; real-time safe.
  void (*process)(JamShimInstance* jam, JamShimBlock* block) JAM_SHIM_RT;

  /// Sets a parameter, within its range. False if there is no such parameter or
  /// the value is not a number. Any thread; real-time safe.
  bool (*set_param)(JamShimInstance* jam, JamShimParam param, float value)
    JAM_SHIM_RT;

  /// Returns a parameter; 0 if there is no such. Any thread; real-time safe.
  float (*get_param)(const JamShimInstance* jam, JamShimParam param)
    JAM_SHIM_RT;

  /// Changes link, name and bits; all take effect soon, name and bits by
  /// joining anew. False if a text has no end or bits is neither 16 nor 24:
  /// then nothing changes. A link that is none shows in the status. One thread
  /// at a time, `load` included; real-time safe.
  bool (*set_settings)(JamShimInstance* jam, const JamShimSettings* settings)
    JAM_SHIM_RT;

  /// Copies link, name and bits. Main thread; also during `process`.
  void (*get_settings)(JamShimInstance* jam, JamShimSettings* out);

  /// Writes parameters and settings as JSON text with a terminator. Returns its
  /// length; if that is not less than `capacity`, nothing was written. Main
  /// thread; also during `process`.
  size_t (*save)(JamShimInstance* jam, char* out, size_t capacity);

  /// Takes what `save` wrote, here or by an older version; what is not named
  /// gets its initial value. False after one sentence in `error`, then nothing
  /// has changed. Main thread; also during `process`.
  bool (*load)(JamShimInstance* jam,
               const char*      text,
               size_t           size,
               char*            error,
               size_t           error_size);

  /// Copies the newest status. One thread at a time; real-time safe.
  void (*status)(JamShimInstance* jam, JamShimStatus* out) JAM_SHIM_RT;
} JamShim;

/// The exported symbol. Returns the callbacks, or null if this library does not
/// speak that version of the header. Any thread.
JAM_SHIM_API const JamShim* jam_shim_get(uint32_t version);

/// Its type, for dlsym.
typedef const JamShim* (*JamShimGet)(uint32_t version);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // JAM_SHIM_H
