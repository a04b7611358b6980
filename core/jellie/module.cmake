# SPDX-License-Identifier: MIT
# Taps are derived from the table when the program is built
set(jellie_generated ${CMAKE_BINARY_DIR}/jellie_taps.c)
add_executable(jellie_generate
  jellie/generate.c jellie/derive.c jellie/lift.c jellie/table_data.c)
target_include_directories(jellie_generate PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(jellie_generate PRIVATE jam_options)
add_custom_command(OUTPUT ${jellie_generated}
  COMMAND jellie_generate > ${jellie_generated}
  DEPENDS jellie_generate VERBATIM)

jam_module(jellie
  SOURCES format.c scan.c table_data.c derive.c lift.c search.c dispatch.c encode.c
    decode.c thin.c plain.c convert_rt.c
  DEPENDS base wire
  PACKAGES cjson)
target_sources(jam_jellie PRIVATE ${jellie_generated})
set_source_files_properties(jellie/search.c PROPERTIES COMPILE_OPTIONS "-O3;-fno-trapping-math")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_sources(jam_jellie PRIVATE jellie/search_avx2.c)
  target_compile_definitions(jam_jellie PRIVATE JELLIE_AVX2)
  set_source_files_properties(jellie/search_avx2.c
    PROPERTIES COMPILE_OPTIONS "-O3;-fno-trapping-math;-mavx2")
endif()
