// SPDX-License-Identifier: MIT
// What the node engine is made of, for its own source files.

#ifndef JAM_SESSION_NODE_INTERNAL_H
#define JAM_SESSION_NODE_INTERNAL_H

#include "session/message.h"
#include "session/session.h"

#include "midip2p/midip2p.h"
#include "nodemesh/nodemesh.h"

// MIDI of one player on its way to one listener.
typedef struct NodeDownlink {
  SynchubUserId from;
  Midip2pLink*  link;
} NodeDownlink;

// What a session's user data points to begins like this.
typedef struct NodeEnd {
  bool         sibling;
  ToastSession session; // 0: free
} NodeEnd;

// A client's session and its user once it has joined; or, in the second part of
// the table, a user who is at a sibling: no session then, but an id.
typedef struct NodeUser {
  NodeEnd       end;
  SynchubUserId id;         // 0: has not joined
  Midip2pLink*  uplink;     // Null: sends no MIDI
  Midip2pClock  midi_clock; // Of the player, as last sent on

  // Here
  unsigned     local; // Its number in the mesh; 0: none
  NodeDownlink downlinks[SYNCHUB_MAX_MEMBERS];

  // At a sibling
  unsigned      peer;   // Its home; 0: gone, but it may turn up elsewhere
  SynchubUserId handle; // Of its streams there

  // What is still on the way by its former home
  unsigned      former_peer;
  SynchubUserId former_handle;
  JamTime       former_until;
  uint16_t      former_newest; // Passed on of what came that way
  bool          heard;         // By its present home ...
  uint16_t      first;         // ... from this packet on
  uint16_t      newest;        // Passed on, whichever way it came, ...
  uint64_t      passed;        // ... and of those before: bit i is newest - i
} NodeUser;

// A session with a sibling, in the place of its number in the mesh.
typedef struct NodeSibling {
  NodeEnd       end;
  Midip2pLink** links; // MIDI of the users here, by their place; null: none
} NodeSibling;

#define NODE_MOVERS 64U

struct SessionNode {
  const JamAllocator* allocator;
  SessionNodeConfig   config;
  ToastEndpoint*      endpoint;
  Synchub*            hub;
  NodeUser*           users; // max_users of sessions, then max_remotes
  unsigned            max_remotes;
  uint16_t*           slot_of; // User id to index in `users` + 1
  uint32_t            epoch;   // Of the next MIDI link
  JamTime             next_table;
  JamTime             midi_due;
  Nodemesh*           mesh;                // Null: not clustered
  NodeSibling*        siblings;            // NODEMESH_MAX_PEERS
  uint16_t            movers[NODE_MOVERS]; // Places of those who moved last
  unsigned            moved;
  int64_t             utc_us; // At utc_at
  JamTime             utc_at;
  bool                draining;
  uint64_t            datagrams_in, datagrams_out, bytes_in, bytes_out;
  uint64_t            out_of_place;             // Frames a user may not send
  uint64_t            media_in, media_to_users; // Packets of users here; copies
  uint64_t            media_to_siblings, media_from_siblings;
  uint64_t media_void;     // Of nobody who is there, or passed on already
  uint64_t media_repaired; // Passed on that had been missing
  uint64_t media_spare;    // Repairs of what was there
};

static inline bool node_is_here(const NodeUser* const user)
{
  return user->end.session != 0U;
}

NodeUser* node_user_by_id(const SessionNode* node, SynchubUserId id);

// Lists the other users in a user's room, wherever they are. Returns their
// number.
size_t node_others(const SessionNode* node,
                   const NodeUser*    user,
                   NodeUser*          out[SYNCHUB_MAX_MEMBERS]);

// The same for those who are here.
size_t node_listeners(const SessionNode* node,
                      const NodeUser*    user,
                      NodeUser*          out[SYNCHUB_MAX_MEMBERS]);

// node_room.c
void node_message_input(SessionNode*      node,
                        JamTime           now,
                        NodeUser*         user,
                        const ToastFrame* frame);
void node_introduce(SessionNode*    node,
                    JamTime         now,
                    const NodeUser* whom,
                    const NodeUser* to);
void node_refuse(SessionNode* node,
                 JamTime      now,
                 ToastSession to,
                 const char*  reason);

// A user goes out of its room. `moved`: it may turn up at a sibling.
void node_leave(SessionNode* node, JamTime now, NodeUser* user, bool moved);

// Tells those who are here that somebody is gone, and forgets the id.
void node_user_gone(SessionNode* node, JamTime now, NodeUser* user);

// node_media.c
void node_frame_input(SessionNode*      node,
                      JamTime           now,
                      NodeUser*         user,
                      const ToastFrame* frame);
void node_sibling_frame(SessionNode*       node,
                        JamTime            now,
                        const NodeSibling* sibling,
                        const ToastFrame*  frame);

// Sends a frame once to each sibling of a user's room.
void node_to_siblings(SessionNode*      node,
                      JamTime           now,
                      const NodeUser*   user,
                      const ToastFrame* frame);

// node_transport.c

// Tells one who is here, if there is anything to tell.
void node_transport_tell(SessionNode* node, JamTime now, const NodeUser* user);
void node_transport_input(SessionNode*          node,
                          JamTime               now,
                          NodeUser*             user,
                          const SynchubMessage* message);
// A sibling says of the room of this user, who is there, that it writes it.
void node_transport_sibling(SessionNode*          node,
                            JamTime               now,
                            NodeUser*             user,
                            ToastSession          source,
                            const SynchubMessage* message);
// Once in a while, for each user who is here.
void node_transport_run(SessionNode* node, JamTime now, NodeUser* user);

// node_mesh.c
JamStatus node_mesh_init(SessionNode* node, ToastConfig* toast);
void      node_mesh_deinit(SessionNode* node);

// Lets the mesh do what is due, and does what it wishes.
void node_mesh_run(SessionNode* node, JamTime now);

void node_sibling_opened(SessionNode* node, JamTime now, ToastSession session);
void node_sibling_closed(SessionNode* node,
                         JamTime      now,
                         NodeSibling* sibling,
                         ToastSession session);
unsigned node_peer_of(const SessionNode* node, const NodeSibling* sibling);

// The mesh is told of a user who is here now.
void node_mesh_join(SessionNode* node, JamTime now, NodeUser* user);

// A user's home is not where it was: what was sent that way before may come in.
void node_home_left(SessionNode*  node,
                    NodeUser*     user,
                    JamTime       now,
                    unsigned      peer,
                    SynchubUserId handle);

// A place for a user who is elsewhere, or null.
NodeUser* node_remote_new(const SessionNode* node);

// node_cluster.c

// Whether there is a sibling that takes users.
bool node_can_hand_on(const SessionNode* node);

// Tells a user where else it can go, and to go there if this node drains.
void node_siblings_tell(SessionNode* node, JamTime now, const NodeUser* user);

// node_midi.c
void      node_midi_join(SessionNode* node, JamTime now, NodeUser* user);
void      node_midi_leave(SessionNode* node, NodeUser* user);
void      node_midi_move(NodeUser* from, NodeUser* to);
void      node_midi_listen(SessionNode* node, JamTime now, NodeUser* user);
void      node_midi_deafen(NodeUser* user);
void      node_midi_input(SessionNode*      node,
                          JamTime           now,
                          NodeUser*         user,
                          const ToastFrame* frame);
bool      node_midi_fan_out(SessionNode* node, JamTime now, NodeUser* user);
JamStatus node_midi_link(SessionNode* node, Midip2pLink** out);
void      node_midi_catch_up(SessionNode*    node,
                             JamTime         now,
                             const NodeUser* player,
                             Midip2pLink*    link);
void      node_midi_run(SessionNode* node, JamTime now);
void      node_midi_set_loss(const SessionNode* node, NodeUser* user);
JamTime   node_midi_send(SessionNode* node,
                         JamTime      now,
                         Midip2pLink* link,
                         ToastSession to,
                         uint16_t     handle);

// node_midi_mesh.c
void    node_midi_routes(SessionNode* node, JamTime now, NodeUser* user);
void    node_midi_sibling_input(SessionNode*       node,
                                JamTime            now,
                                const NodeSibling* sibling,
                                const ToastFrame*  frame);
size_t  node_midi_sibling_links(const SessionNode* node,
                                const NodeUser*    user,
                                Midip2pLink**      out);
JamTime node_midi_sibling_run(SessionNode* node, JamTime now);
void    node_midi_sibling_set_loss(const SessionNode* node);
void    node_midi_sibling_stop(NodeSibling* sibling, unsigned slot);

#endif // JAM_SESSION_NODE_INTERNAL_H
