# SPDX-License-Identifier: MIT
# The plug-in: the shim as any host sees it, and the LV2 plug-in.

if(TARGET jam_shim)
  set(bundle ${CMAKE_BINARY_DIR}/lv2/jamnet.lv2)

  # jam_plugin_check(NAME [LIBRARY]): a Check program that uses the plug-in
  function(jam_plugin_check NAME)
    add_executable(${NAME} plugin/${NAME}.c plugin/rig.c)
    target_link_libraries(${NAME} PRIVATE jam_shim jam_api jam_options
      PkgConfig::jam_check PkgConfig::jam_lv2 ${ARGN} m pthread ${CMAKE_DL_LIBS})
    target_compile_definitions(${NAME} PRIVATE _DEFAULT_SOURCE
      JAM_LV2_BUNDLE="${bundle}" JAM_LV2_BINARY="$<TARGET_FILE:jam_lv2>")
    add_dependencies(${NAME} jam_lv2)
    add_test(NAME ${NAME} COMMAND ${NAME})
    set_tests_properties(${NAME} PROPERTIES LABELS "unit;plugin" TIMEOUT 300
      ENVIRONMENT ${JAM_TEST_ENVIRONMENT})
  endfunction()
  jam_plugin_check(check_plugin_shim)
  jam_plugin_check(check_plugin_room)
  jam_plugin_check(check_plugin_lv2)

  pkg_check_modules(jam_lilv QUIET IMPORTED_TARGET GLOBAL lilv-0)
  if(TARGET PkgConfig::jam_lilv)
    jam_plugin_check(check_plugin_ttl PkgConfig::jam_lilv)
  endif()

  find_program(JAM_LV2_VALIDATE lv2_validate)
  find_program(JAM_SORD_VALIDATE sord_validate)
  if(JAM_LV2_VALIDATE AND JAM_SORD_VALIDATE)
    add_test(NAME plugin_lv2_validate COMMAND
      ${JAM_LV2_VALIDATE} ${bundle}/manifest.ttl ${bundle}/jam.ttl)
    set_tests_properties(plugin_lv2_validate PROPERTIES
      LABELS "lint;plugin" PASS_REGULAR_EXPRESSION "Found 0 errors")
  endif()

  if(TARGET jamnet-node)
    add_test(NAME plugin_host COMMAND
      ${CMAKE_CURRENT_SOURCE_DIR}/plugin/host.sh ${CMAKE_BINARY_DIR}/bin)
    set_tests_properties(plugin_host PROPERTIES LABELS "net;plugin" TIMEOUT 180)
  endif()

  # Content only: how clean it is depends on the machine
  if(TARGET jack_harness)
    add_test(NAME jack_plugin_jalv COMMAND
      ${CMAKE_CURRENT_SOURCE_DIR}/plugin/jalv_jam.sh ${CMAKE_BINARY_DIR}/bin
      ${CMAKE_BINARY_DIR}/lv2 --warm 5 --seconds 6 --notes 50 --max-lost 5
      --max-damaged 0.9)
    set_tests_properties(jack_plugin_jalv PROPERTIES LABELS "net;jack;plugin"
      RUN_SERIAL ON TIMEOUT 180 SKIP_RETURN_CODE 77)
  endif()
endif()
