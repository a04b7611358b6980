# SPDX-License-Identifier: MIT
# jamnet-node as a program, and how it is deployed.
find_package(Python3 COMPONENTS Interpreter REQUIRED)

if(TARGET jamnet-node)
  # jam_node_check(TOPIC SOURCES...): node/check_node_TOPIC.c with parts of node/
  function(jam_node_check TOPIC)
    set(name check_node_${TOPIC})
    list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/node/)
    add_executable(${name} node/${name}.c ${ARGN})
    target_include_directories(${name} PRIVATE
      ${CMAKE_SOURCE_DIR}/node ${CMAKE_SOURCE_DIR}/core/include)
    target_link_libraries(${name}
      PRIVATE jam_options PkgConfig::jam_check m pthread)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "unit;node" TIMEOUT 60
      ENVIRONMENT ${JAM_TEST_ENVIRONMENT})
  endfunction()
  jam_node_check(watchdog watchdog.c)
  jam_node_check(metrics metrics.c)

  # jam_node_test(NAME SCRIPT ARGUMENT...): a script that runs jamnet-node
  function(jam_node_test NAME SCRIPT)
    add_test(NAME ${NAME} COMMAND Python3::Interpreter
      ${CMAKE_CURRENT_SOURCE_DIR}/node/${SCRIPT} ${CMAKE_BINARY_DIR}/bin ${ARGN})
    set_tests_properties(${NAME} PROPERTIES LABELS "net;node" TIMEOUT 120)
  endfunction()
  jam_node_test(node_options options_test.py)
  jam_node_test(node_http http_test.py pages separate_metrics hostile)
  jam_node_test(node_watchdog http_test.py stuck paused)
  jam_node_test(node_draining http_test.py draining)
endif()

# jam_deploy_test(NAME SCRIPT ARGUMENT...): files read, nothing started
function(jam_deploy_test NAME SCRIPT)
  add_test(NAME ${NAME} COMMAND Python3::Interpreter
    ${CMAKE_CURRENT_SOURCE_DIR}/node/${SCRIPT} ${CMAKE_SOURCE_DIR})
  set_tests_properties(${NAME} PROPERTIES LABELS node TIMEOUT 60)
endfunction()
jam_deploy_test(node_fly check_fly.py)
jam_deploy_test(node_fly_mistakes fly_mistakes.py)

if(TARGET jamnet-node)
  add_test(NAME node_unit COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/node/unit.sh
    ${CMAKE_BINARY_DIR}/bin ${CMAKE_SOURCE_DIR}/assets/jamnet-node.service)
  set_tests_properties(node_unit PROPERTIES
    LABELS node TIMEOUT 60 SKIP_RETURN_CODE 77)
endif()
