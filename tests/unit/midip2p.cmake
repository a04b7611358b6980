# SPDX-License-Identifier: MIT
jam_check(midip2p packet)
jam_check(midip2p link)
jam_check(midip2p clock)
jam_check(midip2p vectors LIBS PkgConfig::jam_cjson)

# Patterns without end: some in the quick tier, all in the long one
jam_check(midip2p storm)
target_sources(check_midip2p_storm PRIVATE
  unit/midip2p_storm.c unit/midip2p_synth.c)
jam_check(midip2p hub)
target_sources(check_midip2p_hub PRIVATE unit/midip2p_synth.c)
add_executable(midip2p_storms
  unit/midip2p_storms.c unit/midip2p_storm.c unit/midip2p_synth.c)
target_link_libraries(midip2p_storms PRIVATE jam_midip2p jam_options)
