// SPDX-License-Identifier: MIT
// What to say to whom: HELLO by the clock, the rest whenever what a sibling was
// told differs from what is so. A message that could not be sent, or a session
// that begins anew, needs no special care: the difference is still there.

#include "nodemesh/mesh.h"

#include "base/time.h"

#include <string.h>

#define BLOCKED_TIME (20 * JAM_MS)

static bool put(Nodemesh* const              mesh,
                const unsigned               at,
                const unsigned               index,
                const NodemeshMessage* const message,
                NodemeshPacket* const        out)
{
  mesh->last    = (NodemeshLast){(uint16_t)at, message->kind, (uint16_t)index};
  out->session  = mesh->peers[at].session;
  out->reliable = message->kind != NODEMESH_HELLO || !mesh->peers[at].greeted;
  out->size     = nodemesh_message_write(message, out->text, sizeof(out->text));
  return out->size > 0U;
}

static bool put_hello(Nodemesh* const       mesh,
                      const JamTime         now,
                      const unsigned        at,
                      NodemeshPacket* const out)
{
  NodemeshPeer* const peer    = &mesh->peers[at];
  NodemeshMessage     message = {.kind = NODEMESH_HELLO, .hello = mesh->self};
  message.hello.dial          = peer->dial;
  peer->hello_at              = now + NODEMESH_HELLO_GAP;
  const bool written          = put(mesh, at, 0U, &message, out);
  peer->greeted               = true;
  return written;
}

static bool put_room(Nodemesh* const       mesh,
                     const unsigned        at,
                     const unsigned        index,
                     NodemeshPacket* const out)
{
  NodemeshRoom* const room    = &mesh->rooms[index];
  const bool          on      = room->locals > 0U;
  NodemeshMessage     message = {.kind = NODEMESH_ROOM, .on = on};
  memcpy(message.room, room->hash, sizeof(message.room));
  room->told ^= nodemesh_bit(at);
  return put(mesh, at, index, &message, out);
}

static bool put_user(Nodemesh* const       mesh,
                     const unsigned        at,
                     const unsigned        index,
                     NodemeshPacket* const out)
{
  NodemeshLocal* const local   = &mesh->locals[index];
  NodemeshMessage      message = {.kind  = NODEMESH_USER,
                                  .user  = local->user,
                                  .moved = local->moved};
  if (local->left) {
    message.kind = NODEMESH_GONE;
    local->known &= ~nodemesh_bit(at);
    local->current &= ~nodemesh_bit(at);
  } else {
    memcpy(message.room, mesh->rooms[local->room].hash, sizeof(message.room));
    local->known |= nodemesh_bit(at);
    local->current |= nodemesh_bit(at);
  }
  return put(mesh, at, index, &message, out);
}

static bool room_differs(const NodemeshRoom* const room, const uint64_t bit)
{
  return room->used && (room->locals > 0U) != ((room->told & bit) != 0U);
}

static bool local_differs(const Nodemesh* const      mesh,
                          const NodemeshLocal* const local,
                          const uint64_t             bit)
{
  if (!local->used) {
    return false;
  }
  return local->left
           ? (local->known & bit) != 0U
           : !(local->current & bit) && (mesh->rooms[local->room].hosted & bit);
}

// Rooms first: an announcement for a room not known to be shared is void
static bool
put_difference(Nodemesh* const mesh, const unsigned at, NodemeshPacket* out)
{
  NodemeshPeer* const peer  = &mesh->peers[at];
  const unsigned      rooms = mesh->config.max_rooms;
  const uint64_t      bit   = nodemesh_bit(at);
  for (; peer->cursor < rooms + mesh->max_locals; ++peer->cursor) {
    const unsigned at_room = peer->cursor;
    if (at_room < rooms) {
      if (room_differs(&mesh->rooms[at_room], bit)) {
        return put_room(mesh, at, at_room, out);
      }
    } else if (local_differs(mesh, &mesh->locals[at_room - rooms], bit)) {
      return put_user(mesh, at, at_room - rooms, out);
    }
  }
  peer->dirty = false;
  return false;
}

// What was written last has been sent: its record may have served its time
static void settle_last(Nodemesh* const mesh)
{
  const NodemeshLast last = mesh->last;
  mesh->last.kind         = NODEMESH_HELLO;
  if (last.kind == NODEMESH_ROOM) {
    nodemesh_room_settle(&mesh->rooms[last.index]);
  } else if (last.kind == NODEMESH_USER || last.kind == NODEMESH_GONE) {
    nodemesh_local_settle(mesh, &mesh->locals[last.index]);
  }
}

bool nodemesh_output(Nodemesh* const       mesh,
                     const JamTime         now,
                     NodemeshPacket* const out)
{
  settle_last(mesh);
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    NodemeshPeer* const peer = &mesh->peers[i];
    if (!peer->session || peer->ending || now < peer->blocked_to) {
      continue;
    }
    if (now >= peer->hello_at && put_hello(mesh, now, i, out)) {
      mesh->due = jam_time_min(mesh->due, peer->hello_at);
      return true;
    }
    if (peer->known && peer->dirty && put_difference(mesh, i, out)) {
      return true;
    }
  }
  return false;
}

void nodemesh_unsent(Nodemesh* const mesh, const JamTime now)
{
  const NodemeshLast  last = mesh->last;
  const uint64_t      bit  = nodemesh_bit(last.peer);
  NodemeshPeer* const peer = &mesh->peers[last.peer];
  mesh->last.kind          = NODEMESH_HELLO;
  peer->blocked_to         = now + BLOCKED_TIME;
  peer->dirty              = true;
  peer->cursor             = 0U;
  mesh->due                = jam_time_min(mesh->due, peer->blocked_to);
  if (last.kind == NODEMESH_HELLO) {
    peer->greeted  = false;
    peer->hello_at = peer->blocked_to;
  } else if (last.kind == NODEMESH_ROOM) {
    mesh->rooms[last.index].told ^= bit;
  } else {
    NodemeshLocal* const local = &mesh->locals[last.index];
    if (last.kind == NODEMESH_GONE) {
      local->known |= bit;
    } else {
      local->current &= ~bit;
    }
  }
}
