# SPDX-License-Identifier: MIT
jam_check(synchub message)
jam_check(synchub table)
jam_check(synchub hub)
jam_check(synchub roster)
jam_check(synchub transport)
