// SPDX-License-Identifier: MIT
// Newest value wins: how one thread shows another its present state.
//
// A triple buffer: the writer owns one slot, the reader one, and the third is
// exchanged atomically, so neither ever waits and no value is torn.

#ifndef JAM_BASE_MAILBOX_H
#define JAM_BASE_MAILBOX_H

#include <jamnet/types.h>

#include <stdatomic.h>
#include <stdbool.h>

typedef struct JamMailbox {
  uint8_t*         slots;
  size_t           size; // Of a slot: value_size rounded up to lines
  size_t           value_size;
  _Atomic uint32_t middle;      // Slot in exchange, bit 2 set when unread
  uint32_t         writer_slot; // Owner: writing thread
  uint32_t         reader_slot; // Owner: reading thread
} JamMailbox;

/// Makes room for values of `size` bytes. Setup thread.
/// Returns JAM_ERR_ARGUMENT (size 0) or JAM_ERR_MEMORY.
JAM_NODISCARD JamStatus jam_mailbox_init(JamMailbox*         mailbox,
                                         const JamAllocator* allocator,
                                         size_t              size);

/// Releases what `init` took; both threads must have stopped.
void jam_mailbox_deinit(JamMailbox* mailbox, const JamAllocator* allocator);

/// Publishes a copy of `value`, replacing any unread one. Writing thread.
void jam_mailbox_write(JamMailbox* mailbox, const void* value) JAM_RT;

/// Copies the newest value if it has not been read yet; else leaves `out`
/// alone and returns false. Reading thread.
bool jam_mailbox_read(JamMailbox* mailbox, void* out) JAM_RT;

/// Returns the newest value in place, or null if it was taken before. Valid
/// until the reader's next take or read. Reading thread.
const void* jam_mailbox_take(JamMailbox* mailbox) JAM_RT;

/// Returns the slot to fill before `publish`; it holds some older value.
/// Writing thread.
void* jam_mailbox_slot(JamMailbox* mailbox) JAM_RT;

/// Publishes the slot filled in place. Writing thread.
void jam_mailbox_publish(JamMailbox* mailbox) JAM_RT;

#endif // JAM_BASE_MAILBOX_H
