# SPDX-License-Identifier: MIT
foreach(topic format exact thin hostile plain float vectors prefix derive paths
    shape thrift)
  jam_check(jellie ${topic} LIBS PkgConfig::jam_cjson)
  target_sources(check_jellie_${topic} PRIVATE lab/signals.c)
endforeach()
target_sources(check_jellie_shape PRIVATE lab/nmr.c)
