// SPDX-License-Identifier: MIT
// What a sound driver provides, and the gate through which its thread reaches
// the engine. For the audio_*.c files only.

#ifndef JAM_CLIENT_AUDIO_DRIVER_H
#define JAM_CLIENT_AUDIO_DRIVER_H

#include "audio.h"

#include <jamnet/jamnet.h>

#include <stdatomic.h>

// A device that was given up may come back to life beside its successor; the
// gate lets the engine see one of them only, and can be shut for good.
typedef struct AudioGate {
  AudioCallbacks   callbacks;
  _Atomic unsigned pass; ///< Whose blocks go through; 0: nobody's
  _Atomic bool     busy; ///< A block is in the engine right now
  _Atomic uint64_t blocks;
  _Atomic int64_t  last; ///< JamTime of the newest block
  _Atomic uint64_t xruns;
  float            clean[JAM_MAX_FRAMES]; ///< Owner: whoever set `busy`
} AudioGate;

/// Takes one block of a device to the engine, or returns silence when `pass`
/// is not admitted. Input that is no number or absurd becomes zero. Audio
/// thread; real-time safe.
void audio_gate_process(AudioGate*    gate,
                        unsigned      pass,
                        const float*  in,
                        float* const* out,
                        unsigned      out_channels,
                        unsigned      frames,
                        JamTime       when) JAM_RT;

/// Counts a gap. Any thread; real-time safe.
void audio_gate_xrun(AudioGate* gate) JAM_RT;

typedef struct AudioDriver {
  const char* name;

  /// Opens a device, fills `info`. Null and a sentence on failure.
  void* (*open)(const AudioConfig* config,
                AudioInfo*         info,
                char*              error,
                size_t             error_size);

  /// Starts the blocks, each through the gate with `pass`.
  bool (*start)(void*      port,
                AudioGate* gate,
                unsigned   pass,
                char*      error,
                size_t     error_size);

  /// False once the device has gone, as far as the driver knows. Cannot block.
  bool (*active)(const void* port);

  /// True once the device has come to its planned end. Cannot block.
  bool (*finished)(const void* port);

  /// Stops and releases. May hang on a dead server: helper threads only.
  /// Returns false if the library cannot be left in order: see audio_close.
  bool (*close)(void* port);

  /// Returns the driver that can open the device anew once this port is lost,
  /// or null: only a new process can.
  const struct AudioDriver* (*successor)(const void* port);

  /// Adds devices to a list; returns how many.
  unsigned (*list)(AudioDevice* out, unsigned capacity);
} AudioDriver;

extern const AudioDriver audio_driver_portaudio;
extern const AudioDriver audio_driver_jack;
extern const AudioDriver audio_driver_virtual;

/// Writes one sentence into an error or note buffer.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void audio_say(char* text, size_t size, const char* format, ...);

/// Checks the rate of a device against the standard ones and the one asked for
/// (0: any); fills the rates of `info`, or writes a sentence.
bool audio_accept_rate(double     device_rate_hz,
                       uint32_t   wanted_hz,
                       AudioInfo* info,
                       char*      error,
                       size_t     error_size);

#endif // JAM_CLIENT_AUDIO_DRIVER_H
