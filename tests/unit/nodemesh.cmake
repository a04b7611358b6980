# SPDX-License-Identifier: MIT
jam_check(nodemesh message)
jam_check(nodemesh mesh)
jam_check(nodemesh explore)
