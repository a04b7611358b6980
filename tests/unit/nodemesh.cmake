# SPDX-License-Identifier: MIT
jam_check(nodemesh message)
jam_check(nodemesh mesh)
jam_check(nodemesh explore)
set_tests_properties(check_nodemesh_explore PROPERTIES TIMEOUT 300)
