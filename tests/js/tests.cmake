# SPDX-License-Identifier: MIT
# A second decoder, in another language
add_test(NAME js_vectors
  COMMAND sh -c "command -v node >/dev/null || exit 77; exec node ${CMAKE_CURRENT_SOURCE_DIR}/js/check.js ${CMAKE_CURRENT_SOURCE_DIR}/vectors/jdat.jsonl ${CMAKE_SOURCE_DIR}/core/jellie/table_data.c")
set_tests_properties(js_vectors PROPERTIES LABELS "unit;jdat"
  SKIP_RETURN_CODE 77 TIMEOUT 60)
