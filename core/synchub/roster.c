// SPDX-License-Identifier: MIT
// A client's mirror of its room.

#include "synchub/synchub.h"

#include <string.h>

void synchub_roster_init(SynchubRoster* const roster)
{
  memset(roster, 0, sizeof(*roster));
}

SynchubUser* synchub_roster_user(SynchubRoster* const roster,
                                 const SynchubUserId  user)
{
  for (unsigned i = 0U; i < roster->count; ++i) {
    if (roster->users[i].id == user) {
      return &roster->users[i];
    }
  }
  return NULL;
}

static void remove_user(SynchubRoster* const roster, SynchubUser* const user)
{
  const size_t at = (size_t)(user - roster->users);
  --roster->count;
  memmove(user, user + 1, (roster->count - at) * sizeof(*user));
}

static bool insert_user(SynchubRoster* const roster, const SynchubUser* user)
{
  if (roster->count == SYNCHUB_MAX_MEMBERS) {
    return false;
  }
  // Those who joined at the same time stay as they came
  size_t at = roster->count;
  while (at > 0U && roster->users[at - 1U].joined > user->joined) {
    --at;
  }
  memmove(&roster->users[at + 1U],
          &roster->users[at],
          (roster->count - at) * sizeof(*user));
  roster->users[at] = *user;
  ++roster->count;
  return true;
}

static bool is_same(const SynchubUser* const    user,
                    const SynchubMessage* const message)
{
  const SynchubProfile* const a = &user->profile;
  const SynchubProfile* const b = &message->profile;
  return user->joined == message->joined &&
         !memcmp(user->uid, message->uid, sizeof(user->uid)) &&
         !strcmp(a->name, b->name) && a->rate_hz == b->rate_hz &&
         a->bits == b->bits && a->frames == b->frames && a->midi == b->midi &&
         a->tables == b->tables;
}

static bool apply_user(SynchubRoster* const        roster,
                       const SynchubMessage* const message)
{
  SynchubUser* const known = synchub_roster_user(roster, message->user);
  if (message->user == 0U || !synchub_profile_valid(&message->profile) ||
      (known && is_same(known, message))) {
    return false;
  }
  SynchubUser user = {.id      = message->user,
                      .profile = message->profile,
                      .joined  = message->joined};
  memcpy(user.uid, message->uid, sizeof(user.uid));
  if (known) {
    user.row = known->row;
    if (known->joined == user.joined) {
      *known = user;
      return true;
    }
    remove_user(roster, known);
  }
  return insert_user(roster, &user);
}

static bool apply_gone(SynchubRoster* const roster, const SynchubUserId id)
{
  SynchubUser* const known = synchub_roster_user(roster, id);
  const bool         self  = id != 0U && roster->self == id;
  if (known) {
    remove_user(roster, known);
  }
  if (self) {
    roster->self = 0U;
  }
  return known || self;
}

bool synchub_roster_apply(SynchubRoster* const        roster,
                          const SynchubMessage* const message)
{
  const SynchubUserId before = roster->self;
  switch (message->kind) {
  case SYNCHUB_WELCOME:
    roster->self = message->user;
    return roster->self != before;
  case SYNCHUB_USER:
    return apply_user(roster, message);
  case SYNCHUB_GONE:
    return apply_gone(roster, message->user);
  case SYNCHUB_JOIN:
  case SYNCHUB_LEAVE:
  case SYNCHUB_REFUSED:
  case SYNCHUB_SIBLINGS:
  case SYNCHUB_MOVE:
  case SYNCHUB_TRANSPORT:
  case SYNCHUB_RULER:
    break;
  }
  return false;
}

bool synchub_roster_table(SynchubRoster* const roster,
                          const char* const    text,
                          const size_t         size)
{
  SynchubUser rows[SYNCHUB_MAX_MEMBERS];
  size_t      count = 0U;
  if (synchub_table_read(text, size, rows, SYNCHUB_MAX_MEMBERS, &count) !=
      JAM_OK) {
    return false;
  }
  for (size_t i = 0U; i < count; ++i) {
    SynchubUser* const user = synchub_roster_user(roster, rows[i].id);
    if (user) {
      user->row = rows[i].row;
    }
  }
  return true;
}
