# SPDX-License-Identifier: MIT
jam_check(pntbtr fit)
jam_check(pntbtr predict_rt)
