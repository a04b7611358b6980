// SPDX-License-Identifier: MIT
// The hub's tables. Private to the module.

#ifndef JAM_SYNCHUB_HUB_H
#define JAM_SYNCHUB_HUB_H

#include "synchub/synchub.h"

#define SYNCHUB_NOBODY UINT16_MAX ///< No index

typedef struct SynchubMember {
  SynchubUser user; // id 0: free
  uint32_t    tag;
  uint16_t    room;    // Index
  uint8_t     place;   // Which of its room's places it has
  uint8_t     next;    // Place whose row is offered to it first
  uint64_t    version; // Of its row; 0: never set
  uint64_t    seen[SYNCHUB_MAX_MEMBERS]; // By place: version written last
} SynchubMember;

typedef struct SynchubRoom {
  uint8_t  id[SYNCHUB_ROOM_SIZE];
  unsigned count;                       // 0: free
  uint16_t order[SYNCHUB_MAX_MEMBERS];  // Indices of members, by joining
  uint16_t places[SYNCHUB_MAX_MEMBERS]; // The same by place, or nobody
} SynchubRoom;

struct Synchub {
  JamAllocator   allocator;
  bool           has_allocator;
  unsigned       capacity; // Of members, and of rooms
  unsigned       users, rooms;
  SynchubUserId  last_id;
  uint64_t       version; // Given last to a row
  SynchubMember* members;
  SynchubRoom*   room_table;
  SynchubShared* shared; // By room
  uint16_t*      index;  // By user id: member, or nobody
};

/// Returns a user's entry, or null. Never for id 0.
SynchubMember* synchub_member(const Synchub* hub, SynchubUserId user);

#endif // JAM_SYNCHUB_HUB_H
