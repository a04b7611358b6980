jam_check(api jam)

add_executable(check_client_map unit/check_client_map.c
  ${PROJECT_SOURCE_DIR}/client/midi_map.c
  ${PROJECT_SOURCE_DIR}/client/midi_map_rt.c)
target_include_directories(check_client_map
  PRIVATE ${PROJECT_SOURCE_DIR}/client)
target_link_libraries(check_client_map
  PRIVATE jam_base jam_options PkgConfig::jam_check m pthread)
add_test(NAME check_client_map COMMAND check_client_map)
set_tests_properties(check_client_map PROPERTIES
  LABELS "unit;client" TIMEOUT 60 ENVIRONMENT "${JAM_TEST_ENVIRONMENT}")
