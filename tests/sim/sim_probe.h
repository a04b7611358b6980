// SPDX-License-Identifier: MIT
// What only a simulator may know: where inside a client engine each stream is
// being read. The one file that looks behind the contract of session.h.

#ifndef JAM_SIM_PROBE_H
#define JAM_SIM_PROBE_H

#include "session/session.h"

typedef struct SimProbe {
  const char*   name;  ///< Of the player; valid until the engine runs again
  uint64_t      life;  ///< Tells one stay in the room from the next
  bool          heard; ///< A packet has come: what follows counts
  int64_t       newest;
  uint64_t      packets, bytes;
  unsigned      packet_frames;
  PlayoutReport report;
  double        read_position; ///< Of the next callback, on the sender's count
} SimProbe;

/// Looks at all remote streams, right after an audio callback. Returns their
/// number.
unsigned sim_probe(SessionClient* client, SimProbe out[SYNCHUB_MAX_MEMBERS]);

/// Returns the name of a user as the view numbers them, or null, and its
/// present stay.
const char*
sim_probe_user(SessionClient* client, uint16_t user, uint64_t* life);

/// Returns the address of the node with which a client has its session, or
/// null.
const ToastAddress* sim_probe_home(const SessionClient* client);

/// Lists who a client thinks is in the room, by uid, in ascending order.
/// Returns their number.
unsigned sim_probe_uids(const SessionClient* client,
                        uint8_t out[SYNCHUB_MAX_MEMBERS][SYNCHUB_UID_SIZE]);

/// What has gone through a node.
typedef struct SimNodeProbe {
  uint64_t media_in;      ///< From users here
  uint64_t to_siblings;   ///< Copies of it
  uint64_t from_siblings; ///< Of users elsewhere ...
  uint64_t unwanted;      ///< ... who are not there any more
  uint64_t to_users;      ///< Copies of either
  unsigned here, elsewhere, rooms, siblings;
} SimNodeProbe;

/// Looks at a node.
void sim_probe_node(const SessionNode* node, SimNodeProbe* out);

/// Returns the device position of the next callback.
int64_t sim_probe_position(const SessionClient* client);

#endif // JAM_SIM_PROBE_H
