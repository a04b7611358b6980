# SPDX-License-Identifier: MIT

# The world of the simulator: virtual time, clocks, links, sound cards.
add_library(jam_sim_world STATIC
  sim/sim_capture.c sim/sim_clock.c sim/sim_device.c sim/sim_hash.c sim/sim_link.c sim/sim_net.c
  sim/sim_world.c)
target_include_directories(jam_sim_world PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_include_directories(jam_sim_world PUBLIC
  ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR}/core/include)
target_link_libraries(jam_sim_world PUBLIC jam_base PRIVATE jam_options m)

# A whole jam: players and nodes with the product's engines. The probe looks
# behind their contract, so it sees all of core.
add_library(jam_sim STATIC
  sim/fields.c sim/report.c sim/scenario.c sim/scenario_items.c sim/sim_audio.c sim/sim_cluster.c
  sim/sim_ears.c sim/sim_host.c sim/sim_jam.c sim/sim_jam_report.c
  sim/sim_measure.c sim/sim_midi.c sim/sim_player.c sim/sim_probe.c sim/sim_toast.c
  support/band.c support/band_voices.c support/smf.c)
target_link_libraries(jam_sim
  PUBLIC jam_sim_world jam_session jam_wire
  PRIVATE jam_options PkgConfig::jam_cjson PkgConfig::jam_samplerate
          PkgConfig::jam_sndfile m)

# sim_check(TOPIC LIBS ...): sim/check_sim_TOPIC.c, labelled sim.
function(sim_check TOPIC)
  set(name check_sim_${TOPIC})
  add_executable(${name} sim/${name}.c)
  target_link_libraries(${name}
    PRIVATE ${ARGN} jam_options PkgConfig::jam_check m pthread)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS "sim" TIMEOUT 300)
  if(JAM_SANITIZE)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT CK_FORK=no)
  endif()
endfunction()

sim_check(world jam_sim_world)
sim_check(link jam_sim_world)
sim_check(scenario jam_sim)
sim_check(midi jam_sim)
sim_check(toast jam_sim)
sim_check(jam jam_sim)
sim_check(sound jam_sim)
sim_check(mesh jam_sim)
sim_check(transport jam_sim)
sim_check(drift jam_sim)

# Random jams; more of them: sim_seeds FIRST COUNT
add_executable(sim_seeds sim/sim_seeds.c sim/sim_invariants.c
  sim/sim_mesh_draw.c sim/sim_mesh_judge.c)
target_link_libraries(sim_seeds PRIVATE jam_sim jam_options m)
add_test(NAME sim_seeds COMMAND sim_seeds 1 100)
add_test(NAME sim_seeds_mesh COMMAND sim_seeds 1 30 --mesh)
set_tests_properties(sim_seeds sim_seeds_mesh PROPERTIES LABELS "sim" TIMEOUT 600)

# Clocks over simulated internet paths; more of them: clock_seeds FIRST COUNT
add_executable(clock_seeds sim/clock_seeds.c support/clock_pair.c
  support/clock_path.c)
target_include_directories(clock_seeds PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(clock_seeds PRIVATE jam_toast jam_options m)
add_test(NAME clock_seeds COMMAND clock_seeds 400 40)
set_tests_properties(clock_seeds PROPERTIES LABELS "sim" TIMEOUT 300)
