# SPDX-License-Identifier: MIT
jam_check(base status)
jam_check(base time)
jam_check(base seq)
jam_check(base rand)
jam_check(base memory)
jam_check(base ring)
jam_check(base mailbox)
jam_check(base log)
