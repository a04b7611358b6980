# SPDX-License-Identifier: MIT
jam_module(base
  SOURCES status.c memory.c rand.c ring.c ring_rt.c mailbox.c mailbox_rt.c log.c)
