# SPDX-License-Identifier: MIT

# The world of the simulator: virtual time, clocks, links, sound cards.
add_library(jam_sim_world STATIC
  sim/sim_clock.c sim/sim_device.c sim/sim_hash.c sim/sim_link.c sim/sim_net.c
  sim/sim_world.c)
target_include_directories(jam_sim_world PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_include_directories(jam_sim_world PUBLIC
  ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR}/core/include)
target_link_libraries(jam_sim_world PUBLIC jam_base PRIVATE jam_options m)

# sim_check(TOPIC LIBS ...): sim/check_sim_TOPIC.c, labelled sim.
function(sim_check TOPIC)
  set(name check_sim_${TOPIC})
  add_executable(${name} sim/${name}.c)
  target_link_libraries(${name}
    PRIVATE ${ARGN} jam_options PkgConfig::jam_check m pthread)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS "sim" TIMEOUT 300
    ENVIRONMENT "$<$<BOOL:${JAM_SANITIZE}>:CK_FORK=no>")
endfunction()

sim_check(world jam_sim_world)
sim_check(link jam_sim_world)
