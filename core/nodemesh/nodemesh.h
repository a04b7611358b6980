// SPDX-License-Identifier: MIT
// Sibling nodes: who they are, which rooms they host, and whose users are
// where.
//
// A Nodemesh is one node's view of its cluster. It keeps sessions with every
// sibling that it hears of, tells those that host the same rooms about this
// node's users, and learns of theirs. Routes are split-horizon: what a local
// user sends goes once to each sibling of its room, what comes from a sibling
// goes to local users only, so nothing can go round. Rules, timers and formats:
// PROTOCOL.md.
//
// Like all modules it does no I/O: sessions are opaque, messages come in by
// nodemesh_input and go out by nodemesh_output, wishes come as events.
//
// Thread: the network thread.

#ifndef JAM_NODEMESH_H
#define JAM_NODEMESH_H

#include "synchub/synchub.h"
#include "toast/toast.h"

#include <jamnet/types.h>

#include <stdbool.h>

#define NODEMESH_MAX_PEERS 64U      ///< Sessions with siblings
#define NODEMESH_MAX_CANDIDATES 64U ///< Addresses where one may be
#define NODEMESH_MAX_MESSAGE 1024U
#define NODEMESH_MAX_REGION 16U ///< Bytes of a region's name, with its end

// Timers
#define NODEMESH_HELLO_GAP (500 * JAM_MS)
#define NODEMESH_DEAD_TIME (1750 * JAM_MS) ///< Three HELLOs and their way
#define NODEMESH_GRACE (2 * JAM_SECOND)    ///< To turn up at another node
#define NODEMESH_OFFER_TIME (60 * JAM_SECOND)
#define NODEMESH_DUPLICATE_TIME JAM_SECOND ///< Both sides see both sessions

typedef struct NodemeshConfig {
  unsigned       max_users;   ///< Of this node
  unsigned       max_remotes; ///< People at siblings, 1 .. 60000
  unsigned       max_rooms;   ///< Heard of in the whole cluster, 1 .. 60000
  uint16_t       node_id;     ///< 10 bits; 0: drawn
  uint8_t        seed[32];    ///< Secret randomness
  uint8_t        cluster_secret[TOAST_KEY_SIZE];
  char           region[NODEMESH_MAX_REGION];
  unsigned       address_count;
  SynchubAddress addresses[SYNCHUB_MAX_ADDRESSES]; ///< For clients
} NodemeshConfig;

/// A user as its home node announces it.
typedef struct NodemeshUser {
  uint8_t        uid[SYNCHUB_UID_SIZE]; ///< Never all zero
  uint32_t       epoch;                 ///< The highest one is home
  SynchubUserId  handle;                ///< Of its streams on hops from home
  SynchubProfile profile;
  int64_t        joined_us; ///< UTC
} NodemeshUser;

typedef enum NodemeshEventKind {
  NODEMESH_EVENT_DIAL,     ///< Dial `address` and tell nodemesh_dialled
  NODEMESH_EVENT_CLOSE,    ///< Close `session` and tell nodemesh_closed
  NODEMESH_EVENT_NODE_ID,  ///< This node's id is `node_id` from now on
  NODEMESH_EVENT_SIBLINGS, ///< The list for clients has changed
  NODEMESH_EVENT_ROUTES,   ///< The targets of local user `local` have changed
  NODEMESH_EVENT_DROP,     ///< `local` goes on elsewhere: let it go (moved)
  NODEMESH_EVENT_USER,     ///< A person elsewhere is new, moved or changed
  NODEMESH_EVENT_GONE      ///< A person is gone from the room
} NodemeshEventKind;

typedef struct NodemeshEvent {
  NodemeshEventKind kind;
  ToastAddress      address;
  ToastSession      session;
  uint16_t          node_id;
  unsigned          local;
  unsigned          person; ///< USER, GONE: for nodemesh_set_tag
  uint32_t          tag;    ///< USER, GONE: as set; 0 until then
  /// USER, GONE: a room that this node hosts. Valid until the next call.
  const uint8_t* room;
  bool           homeless; ///< USER: its node is gone; it may turn up elsewhere
  NodemeshUser   user;     ///< USER, GONE
} NodemeshEvent;

/// A message to send.
typedef struct NodemeshPacket {
  ToastSession session;
  bool         reliable; ///< As an EVENT, else as a MESH frame
  size_t       size;
  char         text[NODEMESH_MAX_MESSAGE];
} NodemeshPacket;

/// Another node of the cluster.
typedef struct NodemeshSibling {
  ToastSession   session;
  uint16_t       node_id;
  bool           draining;
  int64_t        since_us; ///< UTC of its start
  unsigned       load;     ///< Of its places in use, in thousandths
  char           region[NODEMESH_MAX_REGION];
  unsigned       address_count;
  SynchubAddress addresses[SYNCHUB_MAX_ADDRESSES];
} NodemeshSibling;

typedef struct NodemeshCounters {
  uint64_t malformed;  ///< Messages that were none, or out of place
  uint64_t table_full; ///< Rooms, people or sessions there was no place for
  uint64_t deaths;     ///< Siblings that fell silent
  uint64_t moved;      ///< Local users that went on elsewhere
} NodemeshCounters;

typedef struct Nodemesh Nodemesh;

/// Creates a node's view of its cluster. All memory it will ever use is taken
/// here. Returns JAM_ERR_ARGUMENT or JAM_ERR_MEMORY.
JAM_NODISCARD JamStatus nodemesh_new(const NodemeshConfig* config,
                                     const JamAllocator*   allocator,
                                     Nodemesh**            out);

/// Releases it; null is ignored.
void nodemesh_free(Nodemesh* mesh);

/// Sets when this node started: microseconds of UTC. In a conflict of ids the
/// older node keeps its own; one that never says when is the youngest.
void nodemesh_set_since(Nodemesh* mesh, int64_t utc_us);

/// Tells siblings how many thousandths of the places are in use, and whether
/// this node is about to stop.
void nodemesh_set_load(Nodemesh* mesh, JamTime now, unsigned load, bool drain);

/// Returns this node's id.
uint16_t nodemesh_node_id(const Nodemesh* mesh);

// Sessions

/// There may be a sibling at this address; it is dialled until
/// NODEMESH_OFFER_TIME after the last call.
void nodemesh_candidate(Nodemesh*           mesh,
                        JamTime             now,
                        const ToastAddress* address);

/// Answers NODEMESH_EVENT_DIAL: the session, or 0 if there can be none.
void nodemesh_dialled(Nodemesh*           mesh,
                      JamTime             now,
                      const ToastAddress* address,
                      ToastSession        session);

/// A session with a sibling has opened, dialled or accepted. Returns the number
/// by which it is named from now on, 1 .. NODEMESH_MAX_PEERS, or 0 if there is
/// no place for it: close it.
unsigned nodemesh_opened(Nodemesh*           mesh,
                         JamTime             now,
                         ToastSession        session,
                         const ToastAddress* address);

/// A session is gone, dialled in vain or open before. Unknown: ignored.
void nodemesh_closed(Nodemesh* mesh, JamTime now, ToastSession session);

/// Something was heard from a sibling that is not for nodemesh_input.
void nodemesh_heard(Nodemesh* mesh, JamTime now, unsigned peer);

/// Takes in a message. Whatever it is, it is safe.
void nodemesh_input(Nodemesh*   mesh,
                    JamTime     now,
                    unsigned    peer,
                    const char* text,
                    size_t      size);

/// Writes the next message due. Call until it returns false, after each call
/// that takes `now`.
bool nodemesh_output(Nodemesh* mesh, JamTime now, NodemeshPacket* out);

/// The packet just written could not be sent: its session has no room now.
void nodemesh_unsent(Nodemesh* mesh, JamTime now);

/// Takes the next event; false when there is none. Call until false.
bool nodemesh_event(Nodemesh* mesh, NodemeshEvent* out);

/// Returns when nodemesh_tick must be called next, or JAM_NEVER.
JamTime nodemesh_deadline(const Nodemesh* mesh);

/// Does what is due: HELLO, dials, deaths.
void nodemesh_tick(Nodemesh* mesh, JamTime now);

// Users

/// A user has joined a room here, or resumed here. Returns its number, or 0
/// when there is no place. A user whose epoch is not the highest is asked for
/// back at once (DROP).
unsigned nodemesh_join(Nodemesh*           mesh,
                       JamTime             now,
                       const uint8_t       room[SYNCHUB_ROOM_SIZE],
                       const NodemeshUser* user);

/// The same user goes on in a newer session here.
void nodemesh_set_epoch(Nodemesh* mesh,
                        JamTime   now,
                        unsigned  local,
                        uint32_t  epoch);

/// A user has left; `moved` if it may turn up at another node. Returns whether
/// it is waited for: then USER or GONE of it will be raised.
bool nodemesh_leave(Nodemesh* mesh, JamTime now, unsigned local, bool moved);

/// Lists the sessions to which what a local user sends goes, one per sibling.
/// Returns their number.
unsigned nodemesh_targets(const Nodemesh* mesh,
                          unsigned        local,
                          unsigned        peers[NODEMESH_MAX_PEERS]);

/// Attaches the caller's own number to a person elsewhere.
void nodemesh_set_tag(Nodemesh* mesh, unsigned person, uint32_t tag);

/// Finds the person whose stream `handle` of a sibling is: false for streams
/// that are nobody's, or of somebody who has a home elsewhere by now.
bool nodemesh_source(const Nodemesh* mesh,
                     unsigned        peer,
                     SynchubUserId   handle,
                     uint32_t*       out_tag);

// Looking

/// Returns the number of siblings, each counted once.
unsigned nodemesh_sibling_count(const Nodemesh* mesh);

/// Reads sibling `index` (0 .. count - 1) in no order; false for others.
bool nodemesh_sibling(const Nodemesh*  mesh,
                      unsigned         index,
                      NodemeshSibling* out);

/// Returns the counters. Valid as long as the mesh.
const NodemeshCounters* nodemesh_counters(const Nodemesh* mesh);

#endif // JAM_NODEMESH_H
