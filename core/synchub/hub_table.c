// SPDX-License-Identifier: MIT
// Which rows each receiver has yet to see. Every row gets a version when it
// changes, and every receiver remembers which version it was sent of each
// place in the room; versions are never used twice, so a newcomer in a place
// needs no bookkeeping at all.

#include "synchub/hub.h"
#include "synchub/table.h"

void synchub_set_row(Synchub* const          hub,
                     const SynchubUserId     user,
                     const SynchubRow* const row)
{
  SynchubMember* const member = synchub_member(hub, user);
  if (member) {
    member->user.row = *row;
    member->version  = ++hub->version;
  }
}

size_t synchub_table_for(Synchub* const      hub,
                         const SynchubUserId receiver,
                         char* const         text,
                         const size_t        capacity)
{
  SynchubMember* const member = synchub_member(hub, receiver);
  SynchubTable         table;
  synchub_table_init(&table, text, capacity);
  if (!member) {
    return 0U;
  }
  const SynchubRoom* const room  = &hub->room_table[member->room];
  const unsigned           first = member->next;
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    const unsigned place = (first + i) % SYNCHUB_MAX_MEMBERS;
    const uint16_t at    = room->places[place];
    if (at == SYNCHUB_NOBODY || place == member->place) {
      continue;
    }
    const SynchubMember* const other = &hub->members[at];
    if (other->version == 0U || other->version == member->seen[place]) {
      continue;
    }
    if (!synchub_table_add(&table, &other->user)) {
      break;
    }
    member->seen[place] = other->version;
    // Where room is short, everybody gets a turn
    member->next = (uint8_t)((place + 1U) % SYNCHUB_MAX_MEMBERS);
  }
  return synchub_table_finish(&table);
}
