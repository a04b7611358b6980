// SPDX-License-Identifier: MIT
// What the node engine is made of, for its own source files.

#ifndef JAM_SESSION_NODE_INTERNAL_H
#define JAM_SESSION_NODE_INTERNAL_H

#include "session/session.h"

#include "midip2p/midip2p.h"

// MIDI of one player on its way to one listener.
typedef struct NodeDownlink {
  SynchubUserId from;
  Midip2pLink*  link;
} NodeDownlink;

// A transport session, and its user once it has joined.
typedef struct NodeUser {
  ToastSession  session;      // 0: free
  SynchubUserId id;           // 0: has not joined
  Midip2pLink*  uplink;       // Null: sends no MIDI
  int64_t       midi_time_us; // Of its newest event
  NodeDownlink  downlinks[SYNCHUB_MAX_MEMBERS];
} NodeUser;

struct SessionNode {
  const JamAllocator* allocator;
  SessionNodeConfig   config;
  ToastEndpoint*      endpoint;
  Synchub*            hub;
  NodeUser*           users;   // max_users
  uint16_t*           slot_of; // User id to index in `users` + 1
  uint32_t            epoch;   // Of the next MIDI link
  JamTime             next_table;
  JamTime             midi_due;
  int64_t             utc_us; // At utc_at
  JamTime             utc_at;
  bool                draining;
  uint64_t            datagrams_in, datagrams_out, bytes_in, bytes_out;
  uint64_t            out_of_place; // Frames a user may not send
};

NodeUser* node_user_by_id(const SessionNode* node, SynchubUserId id);

void node_send_message(SessionNode*          node,
                       JamTime               now,
                       ToastSession          to,
                       const SynchubMessage* message);

// Lists the other users in a user's room. Returns their number.
size_t node_others(const SessionNode* node,
                   const NodeUser*    user,
                   NodeUser*          out[SYNCHUB_MAX_MEMBERS]);

// node_midi.c
void node_midi_join(SessionNode* node, JamTime now, NodeUser* user);
void node_midi_leave(SessionNode* node, NodeUser* user);
void node_midi_input(SessionNode*      node,
                     JamTime           now,
                     NodeUser*         user,
                     const ToastFrame* frame);
void node_midi_run(SessionNode* node, JamTime now);
void node_midi_set_loss(const SessionNode* node, NodeUser* user);

#endif // JAM_SESSION_NODE_INTERNAL_H
