# SPDX-License-Identifier: MIT
jam_check(playout new)
jam_check(playout store_rt)
jam_check(playout resample_rt)
jam_check(playout lock_rt)
jam_check(playout track_rt)
jam_check(playout conceal_rt)
