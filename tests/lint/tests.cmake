# SPDX-License-Identifier: MIT
find_package(Python3 COMPONENTS Interpreter REQUIRED)
foreach(rule includes headers length words format rt_symbols exports)
  add_test(NAME lint_${rule}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/lint/lint.py
      ${rule} ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
  set_tests_properties(lint_${rule} PROPERTIES
    LABELS lint SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
