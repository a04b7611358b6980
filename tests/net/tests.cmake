# SPDX-License-Identifier: MIT
# Tests with real devices and sockets. The JACK ones need libjack to build and
# jackd to run, and are left out or skipped without.

if(JAM_CLIENT AND EXISTS ${CMAKE_SOURCE_DIR}/client/devices.cmake)
  include(${CMAKE_SOURCE_DIR}/client/devices.cmake)
endif()

if(TARGET jamnet AND TARGET jamnet-node)
  add_test(NAME net_cli COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/net/cli.sh ${CMAKE_BINARY_DIR}/bin)
  set_tests_properties(net_cli PROPERTIES LABELS net TIMEOUT 180)
endif()

add_test(NAME net_dissect COMMAND
  ${CMAKE_CURRENT_SOURCE_DIR}/net/dissect.sh ${CMAKE_BINARY_DIR}/bin)
set_tests_properties(net_dissect PROPERTIES LABELS net TIMEOUT 180
  SKIP_RETURN_CODE 77)

if(TARGET jamnet AND TARGET jamnet-node)
  add_test(NAME net_rebind COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/net/rebind.py ${CMAKE_BINARY_DIR}/bin)
  set_tests_properties(net_rebind PROPERTIES LABELS net TIMEOUT 120
    RUN_SERIAL ON)
endif()

if(TARGET jamnet AND TARGET jamnet-node AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_executable(net_switch net/net_switch.c)
  target_compile_definitions(net_switch PRIVATE _GNU_SOURCE)
  target_link_libraries(net_switch PRIVATE jam_options)
  # Nine processes in real time are more than sanitizers leave room for
  if(NOT JAM_SANITIZE)
    add_test(NAME net_mesh COMMAND
      ${CMAKE_CURRENT_SOURCE_DIR}/net/mesh.py ${CMAKE_BINARY_DIR}/bin)
    set_tests_properties(net_mesh PROPERTIES LABELS net TIMEOUT 180
      SKIP_RETURN_CODE 77 RUN_SERIAL ON)
  endif()
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_executable(net_flood net/net_flood.c)
  target_compile_definitions(net_flood PRIVATE _DEFAULT_SOURCE)
  target_link_libraries(net_flood PRIVATE jam_io jam_session jam_options m)
  # Gently, for others use the machine; alone: net_flood 100000
  add_test(NAME net_flood COMMAND net_flood 20000 2)
  set_tests_properties(net_flood PROPERTIES LABELS net TIMEOUT 60)
endif()

if(TARGET PkgConfig::jam_jack)
  add_executable(jack_harness net/jack_harness.c net/jack_options.c
    net/jack_report.c net/jack_side.c net/jack_signal.c net/jack_analyse.c net/jack_drift.c)
  target_compile_definitions(jack_harness PRIVATE _DEFAULT_SOURCE)
  target_link_libraries(jack_harness
    PRIVATE jam_base jam_options PkgConfig::jam_jack m pthread)

  add_executable(jack_loop net/jack_loop.c ${JAM_CLIENT_DEVICE_SOURCES})
  target_include_directories(jack_loop PRIVATE ${CMAKE_SOURCE_DIR}/client)
  target_compile_definitions(jack_loop PRIVATE
    _DEFAULT_SOURCE ${JAM_CLIENT_DEVICE_DEFINITIONS})
  target_link_libraries(jack_loop PRIVATE
    jam_api jam_base jam_options ${JAM_CLIENT_DEVICE_LIBRARIES})

  add_executable(jack_check net/jack_check.c net/jack_signal.c
    net/jack_analyse.c net/jack_drift.c)
  target_link_libraries(jack_check
    PRIVATE jam_base jam_options PkgConfig::jam_check m)
  add_test(NAME jack_check COMMAND jack_check)
  set_tests_properties(jack_check PROPERTIES LABELS "unit;net" TIMEOUT 120
    ENVIRONMENT ${JAM_TEST_ENVIRONMENT})

  # jam_jack_test(NAME MODE...): one run of jack_jam.sh, alone on the machine
  function(jam_jack_test NAME)
    add_test(NAME ${NAME} COMMAND
      ${CMAKE_CURRENT_SOURCE_DIR}/net/jack_jam.sh ${CMAKE_BINARY_DIR}/bin ${ARGN})
    set_tests_properties(${NAME} PROPERTIES LABELS "net;jack" RUN_SERIAL ON
      TIMEOUT 180 SKIP_RETURN_CODE 77)
  endfunction()
  jam_jack_test(jack_wire wire)
  jam_jack_test(jack_loop_portaudio loop portaudio)
  jam_jack_test(jack_loop_jack loop jack)
  jam_jack_test(jack_kill_portaudio kill portaudio)
  jam_jack_test(jack_kill_jack kill jack)
  jam_jack_test(jack_die die --max-lost 20)
endif()
