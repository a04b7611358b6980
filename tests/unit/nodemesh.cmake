#SPDX - License - Identifier : MIT
jam_check(nodemesh explore)
