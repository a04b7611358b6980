# SPDX-License-Identifier: MIT
# Fuzz targets: fuzz/fuzz_NAME.c, with examples in fuzz/corpus/NAME/.
#
# With JAM_FUZZ (clang) fuzz_NAME is a libFuzzer program; give it a folder of
# your own for what it finds, then the examples:
#   bin/fuzz_NAME -max_total_time=60 FOUND tests/fuzz/corpus/NAME
# Without it, fuzz_NAME replays the examples and a fixed number of mutations of
# them, the same on every machine. Either way it is a test labelled fuzz.

if(JAM_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "JAM_FUZZ needs clang, which comes with libFuzzer")
  endif()
  # Interface options reach every target: the libraries report coverage too
  target_compile_options(jam_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# jam_fuzz(NAME LIBS...): skipped unless its source and modules are in the tree.
function(jam_fuzz NAME)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
  if(NOT EXISTS ${folder}/fuzz_${NAME}.c)
    return()
  endif()
  foreach(library ${ARGN})
    if(NOT TARGET ${library})
      return()
    endif()
  endforeach()
  set(corpus ${folder}/corpus/${NAME})
  set(found ${CMAKE_BINARY_DIR}/fuzz/${NAME})
  add_executable(fuzz_${NAME} ${folder}/fuzz_${NAME}.c)
  target_include_directories(fuzz_${NAME} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(fuzz_${NAME} PRIVATE ${ARGN} jam_base jam_options m)
  if(JAM_FUZZ)
    file(MAKE_DIRECTORY ${found})
    target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz_${NAME}
      COMMAND fuzz_${NAME} -seed=1 -runs=20000 -timeout=10 ${found} ${corpus})
  else()
    target_sources(fuzz_${NAME} PRIVATE ${folder}/replay_main.c)
    add_test(NAME fuzz_${NAME} COMMAND fuzz_${NAME} ${corpus} 20000)
  endif()
  set_tests_properties(fuzz_${NAME} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()

jam_fuzz(wire_reader jam_wire PkgConfig::jam_cjson)
jam_fuzz(wire_text jam_wire)
jam_fuzz(jellie_decode jam_jellie)
jam_fuzz(jellie_encode jam_jellie PkgConfig::jam_cjson)
if(JAM_FUZZ)
  target_sources(fuzz_jellie_decode PRIVATE
    ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/jellie_mutator.c)
endif()
jam_fuzz(midip2p_input jam_midip2p)
jam_fuzz(toast_input jam_toast)
jam_fuzz(synchub_message jam_synchub)
jam_fuzz(nodemesh_message jam_nodemesh)
jam_fuzz(session_client jam_session)
jam_fuzz(session_node jam_session)
