// SPDX-License-Identifier: MIT
// The tables of a mesh, for its own source files.

#ifndef JAM_NODEMESH_MESH_H
#define JAM_NODEMESH_MESH_H

#include "nodemesh/nodemesh.h"

#include "base/rand.h"

#define NODEMESH_NONE UINT16_MAX ///< No index
#define NODEMESH_HASH_SIZE 8U
#define NODEMESH_BUCKETS 1024U
#define NODEMESH_MAX_NODE 1023U
#define NODEMESH_NOW INT64_MIN ///< Until: nobody waits any more

/// What a HELLO says.
typedef struct NodemeshHello {
  uint16_t       node_id;
  uint64_t       life;     ///< Random, of one run of one node; never 0
  int64_t        since_us; ///< UTC of its start
  uint64_t       dial;     ///< Number of the session among its dials; 0: not
  bool           draining;
  unsigned       load;
  char           region[NODEMESH_MAX_REGION];
  unsigned       address_count;
  SynchubAddress addresses[SYNCHUB_MAX_ADDRESSES];
} NodemeshHello;

typedef enum NodemeshKind {
  NODEMESH_HELLO,
  NODEMESH_ROOM,
  NODEMESH_USER,
  NODEMESH_GONE
} NodemeshKind;

typedef struct NodemeshMessage {
  NodemeshKind  kind;
  NodemeshHello hello;
  uint8_t       room[NODEMESH_HASH_SIZE]; ///< ROOM, USER
  bool          on;                       ///< ROOM: hosted
  NodemeshUser  user;                     ///< USER; GONE: only its handle
  bool          moved;                    ///< GONE
} NodemeshMessage;

/// A session with a sibling. Its bit in the masks is its index.
typedef struct NodemeshPeer {
  ToastSession  session; ///< 0: free
  ToastAddress  address;
  uint16_t      candidate; ///< That was dialled, or none
  uint64_t      dial;      ///< Number of our dial; 0: accepted
  bool          known;     ///< A HELLO has come
  bool          primary;   ///< The best session of its life: routes go here
  bool          greeted;   ///< Our first HELLO, the reliable one, is out
  bool          dirty;     ///< There may be something to tell it
  bool          ending;    ///< CLOSE is wished
  bool          end_told;  ///< And has been
  unsigned      cursor;    ///< Where the search for it goes on
  NodemeshHello hello;     ///< Newest
  JamTime       heard_at;
  JamTime       hello_at;   ///< Next of ours
  JamTime       blocked_to; ///< Its queue was full
  JamTime       redundant;  ///< Since when a better one is there, or never
} NodemeshPeer;

typedef struct NodemeshCandidate {
  bool         used, own, wish;
  ToastAddress address;
  ToastSession session; ///< Dialled or open; 0: none
  uint64_t     dial;
  uint64_t     life; ///< Whose address it was last; 0: unknown
  JamTime      offered_at;
  JamTime      retry_at;
  unsigned     failures;
} NodemeshCandidate;

/// A room of the cluster: by hash only while it has no user here.
typedef struct NodemeshRoom {
  bool     used;
  uint8_t  hash[NODEMESH_HASH_SIZE];
  uint8_t  id[SYNCHUB_ROOM_SIZE];
  unsigned locals, persons;
  uint64_t hosted; ///< Peers that host it
  uint64_t told;   ///< Peers that believe that we do
} NodemeshRoom;

typedef struct NodemeshLocal {
  bool         used;
  bool         left;    ///< Kept until everybody told knows
  bool         moved;   ///< How it left
  bool         drop;    ///< DROP is wished
  bool         dropped; ///< DROP has been raised
  bool         rerouted;
  uint16_t     room;
  uint16_t     chain;   ///< Next in its bucket
  uint64_t     known;   ///< Peers that have heard of it
  uint64_t     current; ///< Peers that know how it is now
  NodemeshUser user;
} NodemeshLocal;

/// A sibling's word that a user of a room is there.
typedef struct NodemeshClaim {
  bool         used;
  uint8_t      peer;
  uint16_t     person;
  uint16_t     chain; ///< Next in its bucket
  uint16_t     next;  ///< Next of the same person
  NodemeshUser user;
} NodemeshClaim;

/// Who the claims for one user of one room add up to.
typedef struct NodemeshPerson {
  bool         used;
  bool         shown; ///< USER has been raised
  bool         dirty; ///< USER or GONE is to be raised
  uint16_t     room;
  uint16_t     chain;  ///< Next in its bucket
  uint16_t     claims; ///< First, or none
  uint16_t     best;   ///< Claim, or none
  uint64_t     left;   ///< It has left: claims with lower epochs are void
  uint32_t     tag;
  JamTime      until; ///< Without a home: when it is gone
  NodemeshUser user;  ///< Newest
} NodemeshPerson;

/// What nodemesh_unsent undoes.
typedef struct NodemeshLast {
  uint16_t     peer;
  NodemeshKind kind;
  uint16_t     index;
} NodemeshLast;

struct Nodemesh {
  JamAllocator      allocator;
  bool              has_allocator;
  NodemeshConfig    config;
  JamRand           rand;
  NodemeshHello     self;
  uint8_t           room_key[TOAST_KEY_SIZE];
  uint64_t          dials;
  bool              node_id_wish, siblings_wish;
  bool              wishes;   ///< There may be a dial or an end to raise
  bool              reroute;  ///< A local user's routes may have changed
  unsigned          dropping; ///< Local users with DROP wished
  unsigned          dirty_persons;
  JamTime           due;
  NodemeshLast      last;
  NodemeshCounters  counters;
  NodemeshPeer      peers[NODEMESH_MAX_PEERS];
  NodemeshCandidate candidates[NODEMESH_MAX_CANDIDATES];
  NodemeshRoom*     rooms;
  NodemeshLocal*    locals;
  unsigned          max_locals;
  NodemeshClaim*    claims;
  unsigned          max_claims;
  NodemeshPerson*   persons;
  uint16_t          claim_buckets[NODEMESH_BUCKETS];  ///< By handle
  uint16_t          person_buckets[NODEMESH_BUCKETS]; ///< By uid
  uint16_t          local_buckets[NODEMESH_BUCKETS];  ///< By uid
};

static inline uint64_t nodemesh_bit(const unsigned peer)
{
  return UINT64_C(1) << peer;
}

// Of who a user is: 8 random bytes
static inline unsigned nodemesh_bucket(const uint8_t uid[SYNCHUB_UID_SIZE])
{
  return (uid[0] | (unsigned)uid[1] << 8U) % NODEMESH_BUCKETS;
}

// message.c
size_t nodemesh_message_write(const NodemeshMessage* message,
                              char*                  text,
                              size_t                 capacity);
JamStatus
nodemesh_message_read(const char* text, size_t size, NodemeshMessage* out);

// candidates.c

/// Returns the candidate with this session, or none.
uint16_t nodemesh_candidate_of(const Nodemesh* mesh, ToastSession session);

/// Its session is gone: it is dialled again, later each time.
void nodemesh_dial_failed(NodemeshCandidate* candidate, JamTime now);

/// Wishes a dial if it is due. Returns when to look again.
JamTime nodemesh_candidate_tick(Nodemesh*          mesh,
                                NodemeshCandidate* candidate,
                                JamTime            now);

// peers.c

/// Takes in a HELLO.
void nodemesh_hello(Nodemesh*            mesh,
                    JamTime              now,
                    unsigned             peer,
                    const NodemeshHello* hello);

/// Ends what is dead or redundant, and wishes dials. Returns when to look
/// again.
JamTime nodemesh_peers_tick(Nodemesh* mesh, JamTime now);

/// Marks all peers as to be told something.
void nodemesh_dirty(Nodemesh* mesh);

// rooms.c

/// A peer says whether it hosts a room.
void nodemesh_room_input(Nodemesh*              mesh,
                         JamTime                now,
                         unsigned               peer,
                         const NodemeshMessage* message);

/// Forgets what a peer hosted and was told.
void nodemesh_rooms_forget(Nodemesh* mesh, unsigned peer);

/// Returns the room with this hash, made if `make` is set; null for none.
NodemeshRoom* nodemesh_room(Nodemesh*     mesh,
                            const uint8_t hash[NODEMESH_HASH_SIZE],
                            bool          make);

/// Frees a local user's record, or a room's, if nobody needs it any more.
void nodemesh_local_settle(Nodemesh* mesh, NodemeshLocal* local);
void nodemesh_room_settle(NodemeshRoom* room);

/// Returns the user of a room that is here, or null.
NodemeshLocal* nodemesh_local_find(const Nodemesh* mesh,
                                   uint16_t        room,
                                   const uint8_t   uid[SYNCHUB_UID_SIZE]);

/// All local users' targets may have changed.
void nodemesh_reroute(Nodemesh* mesh);

// claims.c

/// Returns a peer's claim, or none.
uint16_t
nodemesh_claim(const Nodemesh* mesh, unsigned peer, SynchubUserId handle);

void nodemesh_user_input(Nodemesh*              mesh,
                         JamTime                now,
                         unsigned               peer,
                         const NodemeshMessage* message);
void nodemesh_gone_input(Nodemesh*              mesh,
                         JamTime                now,
                         unsigned               peer,
                         const NodemeshMessage* message);

/// Forgets a peer's claims, in one room or (NODEMESH_NONE) in all; their people
/// are homeless for a grace if `moved`, else gone.
void nodemesh_claims_forget(Nodemesh* mesh,
                            JamTime   now,
                            unsigned  peer,
                            uint16_t  room,
                            bool      moved);

/// Forgets everybody's claims in a room.
void nodemesh_claims_void(Nodemesh* mesh, uint16_t room);

// persons.c

/// Finds out anew where a person is. `until`: how long it is waited for if
/// nobody claims it any more.
void nodemesh_review(Nodemesh* mesh, NodemeshPerson* person, JamTime until);

/// A user has left for good, as its home says.
void nodemesh_person_left(NodemeshPerson* person, uint32_t epoch);

/// Returns the person, made if need be; null if there is no place.
NodemeshPerson* nodemesh_person(Nodemesh*     mesh,
                                uint16_t      room,
                                const uint8_t uid[SYNCHUB_UID_SIZE]);

/// The last local user has left a room: nobody is interested any more.
void nodemesh_persons_forget(Nodemesh* mesh, uint16_t room);

/// A local user has come, changed its epoch, or left.
void nodemesh_persons_local(Nodemesh*            mesh,
                            JamTime              now,
                            const NodemeshLocal* local);

/// A local user has gone without a word: it is waited for like anybody else
/// whose node is gone. False if there is no place for that.
bool nodemesh_persons_await(Nodemesh*            mesh,
                            JamTime              now,
                            const NodemeshLocal* local);

/// Which session of a sibling counts has changed.
void nodemesh_persons_rank(Nodemesh* mesh, JamTime now);

/// Ends graces. Returns when to look again.
JamTime nodemesh_persons_tick(Nodemesh* mesh, JamTime now);

/// Takes the next USER or GONE.
bool nodemesh_persons_event(Nodemesh* mesh, NodemeshEvent* out);

#endif // JAM_NODEMESH_MESH_H
