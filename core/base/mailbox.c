// SPDX-License-Identifier: MIT
// Setup of the mailbox; what runs on real-time threads is in mailbox_rt.c.

#include "base/mailbox.h"

#include "base/memory.h"

#include <string.h>

JamStatus jam_mailbox_init(JamMailbox* const         mailbox,
                           const JamAllocator* const allocator,
                           const size_t              size)
{
  memset(mailbox, 0, sizeof(*mailbox));
  if (size < 1U || size > (1U << 24U)) {
    return JAM_ERR_ARGUMENT;
  }
  // Slots are whole cache lines apart, which keeps them aligned for any type
  mailbox->value_size  = size;
  mailbox->size        = (size + 63U) & ~(size_t)63U;
  mailbox->slots       = (uint8_t*)jam_mem_new(allocator, 3U * mailbox->size);
  mailbox->writer_slot = 0U;
  mailbox->reader_slot = 2U;
  atomic_store_explicit(&mailbox->middle, 1U, memory_order_relaxed);
  return mailbox->slots ? JAM_OK : JAM_ERR_MEMORY;
}

void jam_mailbox_deinit(JamMailbox* const         mailbox,
                        const JamAllocator* const allocator)
{
  jam_mem_free(allocator, mailbox->slots);
  memset(mailbox, 0, sizeof(*mailbox));
}
