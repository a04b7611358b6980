// SPDX-License-Identifier: MIT
// Run while the program is built: prints all that is derived from the tables
// as a C source, so that it is constant data like any other.

#include "jellie/derive.h"

#include <stdio.h>
#include <stdlib.h>

static JellieTaps taps;

static void print_lane(const JellieLaneRow* const lane)
{
  printf("{{");
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    printf("{");
    for (unsigned place = 0U; place < JELLIE_PLACES; ++place) {
      printf("%d,", (int)lane->taps[t][place]);
    }
    printf("},");
  }
  printf("},{");
  for (unsigned place = 0U; place < JELLIE_PLACES; ++place) {
    printf("%d,", lane->widths[place]);
  }
  printf("},%d},\n", lane->rice);
}

static void print_row(const JellieRow* const row)
{
  printf("{");
  print_lane(&row->single);
  printf("{");
  for (unsigned lane = 0U; lane < JELLIE_LANES; ++lane) {
    print_lane(&row->lanes[lane]);
  }
  printf("}},\n");
}

static void print_numbers(const char* const name, const JellieTaps* const from)
{
  printf("const JellieTaps %s = {{\n", name);
  for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
    print_row(&from->rows[row]);
  }
  printf("},{\n");
  for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
    printf("{");
    for (unsigned i = 0U; i < JELLIE_ORDER; ++i) {
      printf("%d,", from->reflection[row][i]);
    }
    printf("},\n");
  }
  printf("},{\n");
  for (unsigned lag = 0U; lag <= JELLIE_ORDER; ++lag) {
    printf("{");
    for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
      printf("%.17g,", from->energies[lag][row]);
    }
    printf("},\n");
  }
  printf("}};\n");
}

static uint32_t checksum;

static int print_taps(const char* const name, const JellieTableRow* const table)
{
  if (!jellie_derive(table, &taps)) {
    fprintf(stderr, "The table for %s cannot be used\n", name);
    return EXIT_FAILURE;
  }
  print_numbers(name, &taps);
  checksum = checksum * 31U + jellie_derive_checksum(&taps);
  return EXIT_SUCCESS;
}

static void print_reach(const JellieReach* const reach)
{
  printf("{{\n");
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    printf("{");
    for (unsigned place = 0U; place < JELLIE_PLACES; ++place) {
      printf("%d,", reach->at[t][place]);
    }
    printf("},\n");
  }
  printf("}}");
}

static void print_reaches(void)
{
  JellieReach reach[JELLIE_LANES];
  JellieReach single;
  jellie_derive_reach(reach, &single);
  printf("const JellieReach jellie_reach_single = ");
  print_reach(&single);
  printf(";\nconst JellieReach jellie_reach[JELLIE_LANES] = {\n");
  for (unsigned lane = 0U; lane < JELLIE_LANES; ++lane) {
    print_reach(&reach[lane]);
    printf(",\n");
  }
  printf("};\n"
         "const uint8_t jellie_firsts[JELLIE_LANES] = {0U, 2U, 1U, 3U};\n");
}

int main(void)
{
  printf("#include \"jellie/predict.h\"\n");
  print_reaches();
  if (print_taps("jellie_taps_low", jellie_table) ||
      print_taps("jellie_taps_high", jellie_table_high)) {
    return EXIT_FAILURE;
  }
  printf("uint32_t jellie_table_checksum(void)\n{\n  return %uU;\n}\n",
         (unsigned)checksum);
  return EXIT_SUCCESS;
}
