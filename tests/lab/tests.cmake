# SPDX-License-Identifier: MIT
# jamnet-lab: the product's code on given input. Each command is one file.
add_executable(jamnet-lab
  lab/lab.c lab/lab_tools.c lab/signals.c lab/lab_jdat.c lab/lab_vectors.c
  lab/lab_thin.c lab/lab_tones.c lab/thinning.c lab/lab_lossy.c lab/lab_opus.c
  lab/nmr.c lab/lab_sim.c lab/lab_heard.c lab/lab_midi.c
  lab/lab_toast.c lab/lab_toast_media.c lab/lab_clock.c
  lab/lab_conceal.c support/clock_pair.c)
target_link_libraries(jamnet-lab
  PRIVATE jam_jellie jam_playout jam_toast jam_sim jam_sound jam_options PkgConfig::jam_sndfile
    PkgConfig::jam_cjson PkgConfig::jam_samplerate m)

target_include_directories(jamnet-lab PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

# A rival to compare with, where it is installed
pkg_check_modules(jam_opus QUIET IMPORTED_TARGET opus)
if(TARGET PkgConfig::jam_opus)
  target_compile_definitions(jamnet-lab PRIVATE LAB_OPUS)
  target_link_libraries(jamnet-lab PRIVATE PkgConfig::jam_opus)
endif()

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
add_executable(check_lab_nmr lab/check_lab_nmr.c lab/nmr.c)
target_include_directories(check_lab_nmr PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(check_lab_nmr
  PRIVATE jam_base jam_options PkgConfig::jam_check m pthread)
add_test(NAME check_lab_nmr COMMAND check_lab_nmr)
set_tests_properties(check_lab_nmr PROPERTIES
  LABELS "unit;lab" TIMEOUT 120 ENVIRONMENT ${JAM_TEST_ENVIRONMENT})
add_executable(check_lab_midi lab/check_lab_midi.c)
target_include_directories(check_lab_midi PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(check_lab_midi
  PRIVATE jam_wire jam_options PkgConfig::jam_check m pthread)
add_test(NAME check_lab_midi COMMAND check_lab_midi $<TARGET_FILE:jamnet-lab>)
set_tests_properties(check_lab_midi PROPERTIES
  LABELS "unit;lab" TIMEOUT 120
  WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
  ENVIRONMENT "${JAM_TEST_ENVIRONMENT}")
add_test(NAME lab_vectors
  COMMAND sh -c "$<TARGET_FILE:jamnet-lab> vectors | cmp - ${CMAKE_CURRENT_SOURCE_DIR}/vectors/jdat.jsonl")
set_tests_properties(lab_vectors PROPERTIES LABELS "unit;lab" TIMEOUT 60)

# One answered probe tells the offset; what is no row is refused
add_test(NAME lab_clock
  COMMAND sh -c "printf '31020,P,0,1000,16000,16020,21020\\n' >lab_clock.csv \
&& $<TARGET_FILE:jamnet-lab> clock lab_clock.csv | grep -q '^21020,-5000.0,0.000,' \
&& printf '0,P,0,1\\n' >lab_clock.csv \
&& ! $<TARGET_FILE:jamnet-lab> clock lab_clock.csv")
set_tests_properties(lab_clock PROPERTIES
  LABELS "unit;lab" TIMEOUT 60 WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})

add_test(NAME lab_toast COMMAND jamnet-lab toast)
set_tests_properties(lab_toast PROPERTIES LABELS "unit;lab;toast" TIMEOUT 120)
