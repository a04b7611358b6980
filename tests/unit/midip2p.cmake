# SPDX-License-Identifier: MIT
jam_check(midip2p packet)
jam_check(midip2p link)
jam_check(midip2p held)
jam_check(midip2p loss)
jam_check(midip2p state)
