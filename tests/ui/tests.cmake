# SPDX-License-Identifier: MIT

# The window is optional: without it there is nothing to test here
if(TARGET jam_ui)
  add_library(jam_ui_scene STATIC ui/scene.c)
  target_include_directories(jam_ui_scene PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/ui)
  target_link_libraries(jam_ui_scene PUBLIC jam_ui PRIVATE jam_options m)

  add_executable(ui_shot ui/ui_shot.c)
  target_link_libraries(ui_shot PRIVATE jam_ui_scene jam_options PkgConfig::jam_sdl2)

  set(leaks LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/ui/leaks.txt)

  # ui_check(TOPIC): ui/check_ui_TOPIC.c, a Check program with its own main
  function(ui_check TOPIC)
    set(name check_ui_${TOPIC})
    add_executable(${name} ui/${name}.c ui/hand.c)
    target_link_libraries(${name}
      PRIVATE jam_ui_scene jam_options PkgConfig::jam_check
      PkgConfig::jam_cjson m pthread)
    target_compile_definitions(${name} PRIVATE
      UI_TESTS="${CMAKE_CURRENT_SOURCE_DIR}/ui"
      UI_ASSETS="${PROJECT_SOURCE_DIR}/assets")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES
      LABELS ui TIMEOUT 120
      ENVIRONMENT "SDL_VIDEODRIVER=dummy;${leaks};${JAM_TEST_ENVIRONMENT}")
  endfunction()

  ui_check(laws)
  ui_check(layout)
  ui_check(keys)
  ui_check(mouse)
  ui_check(look)
endif()
