// SPDX-License-Identifier: MIT
// A host for tests of the plug-in: calls it in real time from a thread of its
// own, plays a tone into it, and weighs the tones that come back.

#ifndef PLUGIN_RIG_H
#define PLUGIN_RIG_H

#include "jam_shim.h"

#include <jamnet/jamnet.h>

#include <pthread.h>
#include <stdatomic.h>

#define RIG_TONES 4U
#define RIG_LEVEL 0.5
#define RIG_PATIENCE (30 * JAM_SECOND)
#define RIG_MAX_BLOCK 16384U
#define RIG_WINDOW 4800U ///< Frames weighed together: whole periods of each
#define RIG_MAX_MIDI 1024U

extern const double rig_tones_hz[RIG_TONES];

/// What was heard in a stretch of sound.
typedef struct RigWindow {
  double tones[RIG_TONES]; ///< Amplitude of each
  double rest;             ///< RMS of what is none of them
} RigWindow;

/// The length of the block after `count` others.
typedef unsigned (*RigSizes)(uint64_t count);

typedef struct RigHost {
  const JamShim*   shim;
  JamShimInstance* jam;
  double           rate_hz;
  int              tone; ///< Played; -1: silence
  RigSizes         sizes;
  pthread_t        thread;
  bool             running;
  atomic_bool      stop;
  atomic_bool      bad; ///< Not a number, or beyond the block
  atomic_uint      blocks;

  pthread_mutex_t mutex; // For what follows
  RigWindow       newest;
  unsigned        windows;
  JamShimMidi     to_send[RIG_MAX_MIDI]; ///< In the next block, frame 0 ..
  unsigned        to_send_count;
  JamShimMidi     heard[RIG_MAX_MIDI];
  uint64_t        heard_at[RIG_MAX_MIDI]; ///< Frames since the start
  unsigned        heard_count;
} RigHost;

/// Makes an instance and gives it a name and a link, which may be null.
JamShimInstance*
rig_instance(const JamShim* shim, const char* name, const char* link);

/// Changes the link.
void rig_link(const JamShim* shim, JamShimInstance* jam, const char* link);

/// Activates and calls from now on. `sizes` null: 64 frames.
void rig_start(RigHost*         host,
               const JamShim*   shim,
               JamShimInstance* jam,
               double           rate_hz,
               int              tone,
               RigSizes         sizes);

/// Ends the calls, if there are any, and deactivates.
void rig_stop(RigHost* host);

/// Waits until a window holds this tone alone at its level, or with tone -1
/// nothing at all; false when patience ends. Fills `out` if not null.
bool rig_hears(RigHost* host, int tone, RigWindow* out);

/// Waits until a window holds some of this tone, whatever else.
bool rig_hears_some(RigHost* host, int tone);

/// Waits until so many blocks have passed.
bool rig_waits_for_blocks(RigHost* host, unsigned count);

/// Waits until the status says so.
bool rig_waits_for(RigHost*          host,
                   JamShimConnection connection,
                   unsigned          people);

/// Queues a MIDI message; each waits for its own block.
void rig_play(RigHost* host, uint8_t status, uint8_t first, uint8_t second);

/// Waits until so many MIDI messages came out.
bool rig_waits_for_midi(RigHost* host, unsigned count);

/// Returns how many have come out.
unsigned rig_midi_count(RigHost* host);

/// Naps a millisecond.
void rig_nap(void);

/// A node on a loopback port; 0: any. With `key_file`, always the same node.
JamNode* rig_node(uint16_t port, const char* key_file);

/// An invite to a fresh room of it.
void rig_invite(const JamNode* node, char link[JAM_LINK_SIZE]);

#endif // PLUGIN_RIG_H
