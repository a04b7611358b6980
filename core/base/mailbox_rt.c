// SPDX-License-Identifier: MIT
// Writing and reading the mailbox: wait-free.

#include "base/mailbox.h"

#include <string.h>

#include "base/rt_poison.h"

#define FRESH 4U

void* jam_mailbox_slot(JamMailbox* const mailbox)
{
  return mailbox->slots + mailbox->writer_slot * mailbox->size;
}

void jam_mailbox_publish(JamMailbox* const mailbox)
{
  mailbox->writer_slot = atomic_exchange_explicit(&mailbox->middle,
                                                  mailbox->writer_slot | FRESH,
                                                  memory_order_acq_rel) &
                         3U;
}

void jam_mailbox_write(JamMailbox* const mailbox, const void* const value)
{
  memcpy(jam_mailbox_slot(mailbox), value, mailbox->value_size);
  jam_mailbox_publish(mailbox);
}

const void* jam_mailbox_take(JamMailbox* const mailbox)
{
  if (!(atomic_load_explicit(&mailbox->middle, memory_order_relaxed) & FRESH)) {
    return NULL;
  }
  mailbox->reader_slot = atomic_exchange_explicit(&mailbox->middle,
                                                  mailbox->reader_slot,
                                                  memory_order_acq_rel) &
                         3U;
  return mailbox->slots + mailbox->reader_slot * mailbox->size;
}

bool jam_mailbox_read(JamMailbox* const mailbox, void* const out)
{
  const void* const value = jam_mailbox_take(mailbox);
  if (value) {
    memcpy(out, value, mailbox->value_size);
  }
  return value != NULL;
}
