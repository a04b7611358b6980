// SPDX-License-Identifier: MIT
// A musician: a machine with a client engine, a sound card, an instrument, and
// ears that know the truth.

#ifndef JAM_SIM_PLAYER_H
#define JAM_SIM_PLAYER_H

#include "sim/sim_audio.h"
#include "sim/sim_device.h"
#include "sim/sim_host.h"
#include "sim/sim_measure.h"

struct SimPlayer;

/// What all players of a jam share.
typedef struct SimStage {
  const Scenario*     scenario;
  SimWorld*           world;
  SimNet*             net;
  const JamAllocator* allocator;
  bool                dsp;
  bool                faders_move; ///< Then sound is not compared
  JamTime             crashed;     ///< When a node did first; 0: never
  const char*         out_dir;     ///< Null: nothing is recorded
  SimSinc*            sinc;
  unsigned            count;
  struct SimPlayer**  players;
  uint64_t            audio_hash;
} SimStage;

typedef struct SimPlayer {
  SimStage*             stage;
  const ScenarioClient* spec;
  unsigned              number;
  SimMachine            machine;
  SimDevice             device;
  SessionClient*        client;
  SimAudio              sound;
  SimRecorder*          recorder;
  SimSong               song;
  SimSong               log; ///< What was played of it, in true time
  size_t                next_note;
  uint64_t              callbacks;
  SimHeard*             heard; ///< By number of the other player
  SimSamples            clock_us;
  double                clock_last_us, clock_sigma_us;
  JamTime               clock_since; ///< The clock was first believed
  float                 in[PLAYOUT_MAX_FRAMES], mix[PLAYOUT_MAX_FRAMES];
} SimPlayer;

/// Creates player `number` of the scenario. On failure returns null and writes
/// one sentence.
SimPlayer*
sim_player_new(SimStage* stage, unsigned number, char* error, size_t room);

/// Releases a player; null is ignored.
void sim_player_free(SimPlayer* player);

/// Switches the sound card on; its position 0 is at true time `when`.
void sim_player_start(SimPlayer* player, JamTime when);

/// Joins a room of the node at one of `addresses`.
void sim_player_join(SimPlayer*          player,
                     const ToastAddress* addresses,
                     unsigned            count,
                     const uint8_t       node_key[TOAST_KEY_SIZE],
                     const uint8_t       room_id[SYNCHUB_ROOM_SIZE]);

/// Leaves the room.
void sim_player_leave(SimPlayer* player);

/// Compares the engine's idea of its node's clock with the truth.
void sim_player_clock(SimPlayer* player, const SimClock* node);

#endif // JAM_SIM_PLAYER_H
