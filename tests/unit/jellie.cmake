# SPDX-License-Identifier: MIT
foreach(topic format exact thin hostile plain float vectors prefix derive paths)
  jam_check(jellie ${topic} LIBS PkgConfig::jam_cjson)
  target_sources(check_jellie_${topic} PRIVATE lab/signals.c)
endforeach()
