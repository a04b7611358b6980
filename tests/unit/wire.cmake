# SPDX-License-Identifier: MIT
jam_check(wire writer LIBS PkgConfig::jam_cjson)
jam_check(wire reader LIBS PkgConfig::jam_cjson)
jam_check(wire values LIBS PkgConfig::jam_cjson)
jam_check(wire base64)
jam_check(wire text)
jam_check(wire faults)
