# SPDX-License-Identifier: MIT
# jamnet-jdat, and the schemas of the packets it writes
if(TARGET jamnet-jdat)
  add_test(NAME jdat_command
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/jdat/jdat.py $<TARGET_FILE:jamnet-jdat>)
  set_tests_properties(jdat_command PROPERTIES LABELS "unit;jdat" TIMEOUT 120)
endif()
add_test(NAME jdat_schema
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/jdat/schema.py
    ${CMAKE_CURRENT_SOURCE_DIR}/vectors/jdat.jsonl)
set_tests_properties(jdat_schema PROPERTIES LABELS "unit;jdat" TIMEOUT 60)
