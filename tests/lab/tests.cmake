# SPDX-License-Identifier: MIT
# jamnet-lab: the product's code on given input. Each command is one file.
add_executable(jamnet-lab
  lab/lab.c lab/lab_tools.c lab/signals.c lab/lab_jdat.c lab/lab_vectors.c
  lab/lab_sim.c lab/lab_heard.c lab/lab_toast.c lab/lab_toast_media.c)
target_link_libraries(jamnet-lab
  PRIVATE jam_jellie jam_sim jam_options PkgConfig::jam_sndfile
    PkgConfig::jam_cjson m)

# Runs the program on files that the test writes itself
add_executable(check_lab_jdat lab/check_lab_jdat.c lab/signals.c)
target_include_directories(check_lab_jdat PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(check_lab_jdat
  PRIVATE jam_wire jam_options PkgConfig::jam_check PkgConfig::jam_sndfile m
    pthread)
add_test(NAME check_lab_jdat COMMAND check_lab_jdat $<TARGET_FILE:jamnet-lab>)
set_tests_properties(check_lab_jdat PROPERTIES
  LABELS "unit;lab" TIMEOUT 120
  WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
if(JAM_SANITIZE)
  set_tests_properties(check_lab_jdat PROPERTIES ENVIRONMENT CK_FORK=no)
endif()
add_test(NAME lab_vectors
  COMMAND sh -c "$<TARGET_FILE:jamnet-lab> vectors | cmp - ${CMAKE_CURRENT_SOURCE_DIR}/vectors/jdat.jsonl")
set_tests_properties(lab_vectors PROPERTIES LABELS "unit;lab" TIMEOUT 60)
add_test(NAME lab_toast COMMAND jamnet-lab toast)
set_tests_properties(lab_toast PROPERTIES LABELS "unit;lab;toast" TIMEOUT 120)
