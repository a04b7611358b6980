// SPDX-License-Identifier: MIT
// User Sync Hub: who is in which room, on which clock, with how much jitter.
//
// The node holds a Synchub; every client holds a SynchubRoster that mirrors its
// room. They talk in control messages (join, welcome, user, gone, refused) and
// in table entries that ride in media datagrams. Session time always means the
// home node's clock. Format: PROTOCOL.md.
//
// Thread: the network thread.

#ifndef JAM_SYNCHUB_H
#define JAM_SYNCHUB_H

#include "synchub/transport.h"

#include <jamnet/types.h>

#include <stdbool.h>

#define SYNCHUB_MAX_NAME 32U    ///< Bytes of UTF-8 in a name, no terminator
#define SYNCHUB_MAX_MEMBERS 32U ///< Users in one room
#define SYNCHUB_MAX_MESSAGE 1024U
#define SYNCHUB_MAX_ID 32767U ///< Nodes keep a bit of handles for themselves
#define SYNCHUB_ROOM_SIZE 32U
#define SYNCHUB_UID_SIZE 8U
#define SYNCHUB_MAX_SIBLINGS 8U  ///< Nodes in one SIBLINGS message
#define SYNCHUB_MAX_ADDRESSES 3U ///< Of each of them
#define SYNCHUB_ADDRESS_TEXT 24U ///< Characters of an address

/// A user of one node, also the handle of its streams on every hop from that
/// node; 0 is none. Not reused while any client could still hold it.
typedef uint16_t SynchubUserId;

/// What a user says of itself when joining.
typedef struct SynchubProfile {
  char     name[SYNCHUB_MAX_NAME + 1U];
  uint32_t rate_hz; ///< Of its audio stream
  uint16_t frames;  ///< Per packet
  uint8_t  bits;
  bool     midi; ///< Sends MIDI
  /// Checksum of its codec's tables; 0: unknown. The hub only passes it on.
  uint32_t tables;
} SynchubProfile;

/// A sender's stream clock on session time: sample `position` was captured at
/// `time`; samples pass at rate_hz * (1 + skew) per second of session time.
typedef struct SynchubMap {
  bool    valid;
  int64_t position;
  JamTime time;       ///< Session time (the node's clock)
  double  skew;       ///< As a fraction (1e-6 = 1 ppm)
  JamTime error;      ///< One sigma of `time`
  double  skew_error; ///< One sigma of `skew`
} SynchubMap;

/// One user's row of the table that everyone in the room holds.
typedef struct SynchubRow {
  SynchubMap map;
  JamTime    jitter; ///< 95th percentile on its path to the node
  JamTime    rtt;    ///< To the node
  double     loss;   ///< Share of its packets the node missed, 0 .. 1
} SynchubRow;

/// A user as the hub and every roster know it.
typedef struct SynchubUser {
  SynchubUserId  id;
  uint8_t        uid[SYNCHUB_UID_SIZE]; ///< Who it is on every node; 0: unknown
  SynchubProfile profile;
  SynchubRow     row;
  JamTime        joined; ///< Session time
} SynchubUser;

/// An address as in ToastAddress: IPv6, or IPv4 as ::ffff:a.b.c.d.
typedef struct SynchubAddress {
  uint8_t  ip[16];
  uint16_t port;
} SynchubAddress;

/// Another node of the same cluster, where a client can resume.
typedef struct SynchubSibling {
  uint16_t       node; ///< Its node id, 10 bits, never 0
  unsigned       address_count;
  SynchubAddress addresses[SYNCHUB_MAX_ADDRESSES];
} SynchubSibling;

/// Makes a name that can be shown to anybody: well-formed UTF-8 without control
/// or invisible characters or spaces at the ends, cut at a character; "Player"
/// if nothing is left of it. Messages and the hub do this to every name.
void synchub_name_clean(char out[SYNCHUB_MAX_NAME + 1U], const char* text);

/// Returns whether rate, depth and frames are such as a stream can have.
bool synchub_profile_valid(const SynchubProfile* profile);

/// Returns the nearest microsecond: the unit of time in messages and tables.
int64_t synchub_us(JamTime time);

// Messages

typedef enum SynchubMessageKind {
  SYNCHUB_JOIN,      ///< Client: let me into this room
  SYNCHUB_LEAVE,     ///< Client: I am going
  SYNCHUB_WELCOME,   ///< Node: you are in, this is your id
  SYNCHUB_USER,      ///< Node: this user is in the room
  SYNCHUB_GONE,      ///< Node: this user has left
  SYNCHUB_REFUSED,   ///< Node: you may not join, and why
  SYNCHUB_SIBLINGS,  ///< Node: I am this node; you can resume at these
  SYNCHUB_MOVE,      ///< Node: please resume at a sibling now
  SYNCHUB_TRANSPORT, ///< Both: this is the room's transport from now on
  SYNCHUB_RULER      ///< Node: where its writer's clock stands; in TABLE frames
} SynchubMessageKind;

typedef struct SynchubMessage {
  SynchubMessageKind kind;
  uint8_t            room[SYNCHUB_ROOM_SIZE]; ///< JOIN: the room id
  SynchubProfile     profile;                 ///< JOIN, USER
  SynchubUserId      user;                    ///< WELCOME, USER, GONE
  uint8_t            uid[SYNCHUB_UID_SIZE];   ///< USER
  JamTime            joined;                  ///< USER
  char               reason[96];              ///< REFUSED: one sentence
  uint16_t           node;                    ///< SIBLINGS: the writer's id
  unsigned           sibling_count;
  SynchubSibling siblings[SYNCHUB_MAX_SIBLINGS]; ///< SIBLINGS: nearest first
  /// TRANSPORT; RULER has the stamp, node and ruler of it only. Between nodes
  /// `user` is one of the room at the writer.
  SynchubTransport transport;
} SynchubMessage;

/// Writes a message as JSON. Returns its size, or 0 if it does not fit.
size_t synchub_message_write(const SynchubMessage* message,
                             char*                 text,
                             size_t                capacity);

/// Reads a message. Returns JAM_ERR_UNSUPPORTED for a join of another version
/// (refuse it with a sentence), JAM_ERR_FORMAT for anything else.
JAM_NODISCARD JamStatus synchub_message_read(const char*     text,
                                             size_t          size,
                                             SynchubMessage* out);

/// Writes an address as messages carry it, terminated.
void synchub_address_write(const SynchubAddress* address,
                           char out[SYNCHUB_ADDRESS_TEXT + 1U]);

/// Reads one; false for anything else, port 0 included.
bool synchub_address_read(const char* text, SynchubAddress* out);

/// Writes the rows of `users` as JSON until `capacity` is reached. Times are
/// rounded to microseconds, what is out of range to the end of the range.
/// Returns the size, 0 without rows; stores how many fitted in `out_count`.
size_t synchub_table_write(const SynchubUser* const* users,
                           size_t                    count,
                           char*                     text,
                           size_t                    capacity,
                           size_t*                   out_count);

/// Reads a table: at most `capacity` users with only id and row set.
/// Returns JAM_ERR_FORMAT for anything else, more rows included.
JAM_NODISCARD JamStatus synchub_table_read(const char*  text,
                                           size_t       size,
                                           SynchubUser* out,
                                           size_t       capacity,
                                           size_t*      out_count);

// The hub on the node

typedef struct Synchub Synchub;

/// Creates a hub for at most `max_users` users (1 .. 16384) in all; rooms come
/// and go with their members. Returns JAM_ERR_ARGUMENT or JAM_ERR_MEMORY.
JAM_NODISCARD JamStatus synchub_new(const JamAllocator* allocator,
                                    unsigned            max_users,
                                    Synchub**           out);

/// Releases a hub; null is ignored.
void synchub_free(Synchub* hub);

/// Puts a user into a room, creating the room with its first user. `tag` is
/// the caller's (its transport session); `uid` is copied, null is unknown.
/// `joined` is when it joined, not later than now. Returns JAM_ERR_FULL when
/// the hub or the room is full, JAM_ERR_ARGUMENT for an unusable profile.
JAM_NODISCARD JamStatus synchub_join(Synchub*      hub,
                                     JamTime       joined,
                                     const uint8_t room[SYNCHUB_ROOM_SIZE],
                                     const SynchubProfile* profile,
                                     const uint8_t*        uid,
                                     uint32_t              tag,
                                     SynchubUserId*        out);

/// Takes a user out; the room goes with its last member. Unknown: ignored.
void synchub_leave(Synchub* hub, SynchubUserId user);

/// Returns a user, or null. Valid until the next join or leave.
const SynchubUser* synchub_user(const Synchub* hub, SynchubUserId user);

/// Replaces what a user says of itself, and when it joined. Returns whether it
/// differs from before; an unusable profile and unknown users are ignored.
bool synchub_set_profile(Synchub*              hub,
                         SynchubUserId         user,
                         const SynchubProfile* profile,
                         JamTime               joined);

/// Returns the member of a room with this uid, or 0. The unknown uid is
/// nobody's.
SynchubUserId synchub_by_uid(const Synchub* hub,
                             const uint8_t  room[SYNCHUB_ROOM_SIZE],
                             const uint8_t  uid[SYNCHUB_UID_SIZE]);

/// Returns the id of a user's room, or null. Valid until the next leave.
const uint8_t* synchub_room(const Synchub* hub, SynchubUserId user);

/// Returns the tag a user joined with; 0 for an unknown user.
uint32_t synchub_tag(const Synchub* hub, SynchubUserId user);

/// Lists the members of a user's room (itself included) in order of joining.
/// Returns their number, at most SYNCHUB_MAX_MEMBERS.
size_t synchub_members(const Synchub*      hub,
                       SynchubUserId       user,
                       const SynchubUser** out,
                       size_t              capacity);

/// Replaces a user's row. Unknown users are ignored.
void synchub_set_row(Synchub* hub, SynchubUserId user, const SynchubRow* row);

/// Writes the table entries of `receiver`'s room that changed since they were
/// last written for it (its own row left out), as many as `capacity` allows;
/// call again for the rest. Returns 0 when none did.
size_t synchub_table_for(Synchub*      hub,
                         SynchubUserId receiver,
                         char*         text,
                         size_t        capacity);

/// What a node knows of a room's transport, kept with the room.
typedef struct SynchubShared {
  SynchubTransport transport; ///< Stamp 0: nobody has touched it
  uint32_t         source; ///< Session of the sibling that is its writer; 0: us
  JamTime          heard;  ///< When that last said so
  JamTime          say_at; ///< When to tell siblings again
  JamTime          served; ///< When it was last looked after
} SynchubShared;

/// Returns what is kept of a user's room, or null. The caller's to change;
/// goes with the room. Valid until the next leave.
SynchubShared* synchub_shared(const Synchub* hub, SynchubUserId user);

/// Returns the number of users and of rooms now.
void synchub_count(const Synchub* hub, unsigned* users, unsigned* rooms);

// The roster on a client

typedef struct SynchubRoster {
  SynchubUserId self; ///< 0 until welcome
  unsigned      count;
  SynchubUser   users[SYNCHUB_MAX_MEMBERS]; ///< Others and self, by joining
} SynchubRoster;

/// Empties a roster.
void synchub_roster_init(SynchubRoster* roster);

/// Applies a message of the node. Returns whether the roster changed.
bool synchub_roster_apply(SynchubRoster* roster, const SynchubMessage* message);

/// Applies a table; entries of unknown users are ignored. Returns whether it
/// was a valid table.
bool synchub_roster_table(SynchubRoster* roster, const char* text, size_t size);

/// Returns a user by id, or null. Valid until the next apply.
SynchubUser* synchub_roster_user(SynchubRoster* roster, SynchubUserId user);

/// Returns the (fractional) stream position captured at a session time.
static inline double synchub_map_position(const SynchubMap* const map,
                                          const uint32_t          rate_hz,
                                          const JamTime           time)
{
  return (double)map->position +
         (double)(time - map->time) * 1e-9 * rate_hz * (1.0 + map->skew);
}

#endif // JAM_SYNCHUB_H
