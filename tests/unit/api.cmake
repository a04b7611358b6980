jam_check(api jam)

# Parts of the client that need no device
function(jam_client_check TOPIC)
  add_executable(check_client_${TOPIC} unit/check_client_${TOPIC}.c ${ARGN})
  target_include_directories(check_client_${TOPIC} PRIVATE
    ${PROJECT_SOURCE_DIR}/client ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(check_client_${TOPIC}
    PRIVATE jam_base jam_options PkgConfig::jam_check m pthread)
  add_test(NAME check_client_${TOPIC} COMMAND check_client_${TOPIC})
  set_tests_properties(check_client_${TOPIC} PROPERTIES
    LABELS "unit;client" TIMEOUT 60 ENVIRONMENT "${JAM_TEST_ENVIRONMENT}")
endfunction()
set(client ${PROJECT_SOURCE_DIR}/client)
jam_client_check(map ${client}/midi_map.c ${client}/midi_map_rt.c)
jam_client_check(recorder support/smf.c
  ${client}/midi_recorder.c ${client}/midi_recorder_rt.c)
