# SPDX-License-Identifier: MIT
# jamnet-lab: the product's code on given input. Each command is one file.
add_executable(jamnet-lab lab/lab.c lab/lab_tools.c lab/lab_jdat.c)
target_link_libraries(jamnet-lab
  PRIVATE jam_jellie jam_options PkgConfig::jam_sndfile m)
