# SPDX-License-Identifier: MIT
# Makes the table of predictors; not part of a build, the table is data.
add_executable(jellie_train
  tools/jellie_train.c tools/train_audio.c tools/train_set.c tools/train_row.c tools/train_lloyd.c
  tools/train_refine.c tools/train_write.c tools/train_measure.c)
target_include_directories(jellie_train
  PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/core
    ${CMAKE_SOURCE_DIR}/core/include)
target_compile_options(jellie_train PRIVATE -O3)
target_link_libraries(jellie_train
  PRIVATE jam_base jam_options PkgConfig::jam_sndfile
    PkgConfig::jam_samplerate m)

# Trains a small table on sound that the test makes
add_executable(check_jellie_train tools/check_jellie_train.c support/band.c
  support/band_voices.c)
target_include_directories(check_jellie_train
  PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/core
    ${CMAKE_SOURCE_DIR}/core/include)
target_link_libraries(check_jellie_train
  PRIVATE jam_base jam_options PkgConfig::jam_check PkgConfig::jam_sndfile m
    pthread)
add_test(NAME check_jellie_train
  COMMAND check_jellie_train $<TARGET_FILE:jellie_train>)
set_tests_properties(check_jellie_train PROPERTIES
  LABELS "unit;tools" TIMEOUT 120
  WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
  ENVIRONMENT ${JAM_TEST_ENVIRONMENT})
