// SPDX-License-Identifier: MIT
// Messages from a hostile sibling: each line of the input is one, on one of two
// sessions by turns. A node that takes them in must stay within its bounds and
// come to rest.

#include "nodemesh/nodemesh.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LINES 64U
#define MAX_ROUNDS 100U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static const uint8_t room[SYNCHUB_ROOM_SIZE] = {1U};

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

static void settle(Nodemesh* const mesh, const JamTime now)
{
  NodemeshEvent  event;
  NodemeshPacket packet;
  unsigned       rounds = 0U;
  do {
    must(++rounds < MAX_ROUNDS);
    nodemesh_tick(mesh, now);
    while (nodemesh_event(mesh, &event)) {
      must(++rounds < MAX_ROUNDS);
      if (event.kind == NODEMESH_EVENT_CLOSE) {
        nodemesh_closed(mesh, now, event.session);
      } else if (event.kind == NODEMESH_EVENT_DROP) {
        (void)nodemesh_leave(mesh, now, event.local, true);
      }
    }
    while (nodemesh_output(mesh, now, &packet)) {
      must(++rounds < MAX_ROUNDS);
      must(packet.size <= NODEMESH_MAX_MESSAGE);
    }
  } while (nodemesh_deadline(mesh) <= now);
}

static unsigned meet(Nodemesh* const mesh, const ToastSession session)
{
  const ToastAddress address = {{0}, (uint16_t)session};
  return nodemesh_opened(mesh, 0, session, &address);
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  static const NodemeshConfig config = {.max_users   = 4U,
                                        .max_remotes = 4U,
                                        .max_rooms   = 4U,
                                        .node_id     = 5U};
  const NodemeshUser          user   = {.uid    = {9U},
                                        .epoch  = 3U,
                                        .handle = 1U,
                                        .profile = {"Ana", 48000U, 64U, 24U, true, 0U}};
  Nodemesh*                   mesh   = NULL;
  const char*                 text   = (const char*)data;
  const char* const           end    = text + size;
  if (size == 0U || nodemesh_new(&config, NULL, &mesh)) {
    return 0;
  }
  const unsigned peers[] = {meet(mesh, 1U), meet(mesh, 2U)};
  (void)nodemesh_join(mesh, 0, room, &user);
  for (unsigned i = 0U; i < MAX_LINES && text < end; ++i) {
    const char* const line =
      (const char*)memchr(text, '\n', (size_t)(end - text));
    const char* const stop = line ? line : end;
    uint32_t          tag  = 0U;
    nodemesh_input(mesh,
                   i * JAM_MS,
                   peers[i % 2U],
                   text,
                   (size_t)(stop - text));
    settle(mesh, i * JAM_MS);
    (void)nodemesh_source(mesh, peers[i % 2U], 3U, &tag);
    text = line ? line + 1 : end;
  }
  settle(mesh, 10 * JAM_SECOND);
  must(nodemesh_sibling_count(mesh) == 0U);
  nodemesh_free(mesh);
  return 0;
}
