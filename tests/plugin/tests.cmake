# SPDX-License-Identifier: MIT
# The plug-in: the shim as any host sees it, and the LV2 plug-in.

if(TARGET jam_shim)
  # jam_plugin_check(NAME SOURCES ...): a Check program that loads the plug-in
  function(jam_plugin_check NAME)
    add_executable(${NAME} plugin/${NAME}.c ${ARGN})
    target_link_libraries(${NAME} PRIVATE jam_shim jam_api jam_options
      PkgConfig::jam_check m pthread)
    target_compile_definitions(${NAME} PRIVATE _DEFAULT_SOURCE)
    add_test(NAME ${NAME} COMMAND ${NAME})
    set_tests_properties(${NAME} PROPERTIES LABELS "unit;plugin" TIMEOUT 300
      ENVIRONMENT ${JAM_TEST_ENVIRONMENT})
  endfunction()
  jam_plugin_check(check_plugin_shim plugin/rig.c)
  jam_plugin_check(check_plugin_room plugin/rig.c)
endif()
