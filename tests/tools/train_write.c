// SPDX-License-Identifier: MIT
// The table as text and as C source.

#include "tools/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool train_write_text(const char* const     path,
                      const unsigned        rows,
                      const TrainRow* const table)
{
  FILE* const file = fopen(path, "w");
  if (!file) {
    return false;
  }
  for (unsigned row = 0U; row < rows; ++row) {
    for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
      fprintf(file, "%d ", train_reflection(table[row].angles[i]));
    }
    for (unsigned i = 0U; i < TRAIN_LAGS; ++i) {
      fprintf(file, "%d%c", table[row].widths[i], i < TRAIN_ORDER ? ' ' : '\n');
    }
  }
  return fclose(file) == 0;
}

unsigned train_read_text(const char* const path,
                         TrainRow          table[const TRAIN_MAX_ROWS])
{
  FILE* const file = fopen(path, "r");
  if (!file) {
    return 0U;
  }
  unsigned rows  = 0U;
  bool     whole = true;
  while (whole && rows < TRAIN_MAX_ROWS) {
    for (unsigned i = 0U; whole && i < TRAIN_ORDER; ++i) {
      int value;
      whole =
        fscanf(file, "%d", &value) == 1 && value > -32768 && value < 32768;
      table[rows].angles[i] = whole ? 2.0 * atanh(value / 32768.0) : 0.0;
    }
    for (unsigned i = 0U; whole && i < TRAIN_LAGS; ++i) {
      whole = fscanf(file, "%d", &table[rows].widths[i]) == 1;
    }
    rows += whole ? 1U : 0U;
  }
  fclose(file);
  return rows;
}

static void
put_numbers(FILE* const file, const int* const numbers, const unsigned count)
{
  for (unsigned i = 0U; i < count; ++i) {
    fprintf(file, "%s%d", i == 0U ? "{" : ", ", numbers[i]);
  }
  fputs("}", file);
}

static void put_table(FILE* const           file,
                      const char* const     name,
                      const unsigned        rows,
                      const TrainRow* const table)
{
  fprintf(file, "\nconst JellieTableRow %s[JELLIE_ROWS] = {\n", name);
  for (unsigned row = 0U; row < rows; ++row) {
    int reflections[TRAIN_ORDER];
    for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
      reflections[i] = train_reflection(table[row].angles[i]);
    }
    fputs("  {", file);
    put_numbers(file, reflections, TRAIN_ORDER);
    fputs(",\n   ", file);
    put_numbers(file, table[row].widths, TRAIN_LAGS);
    fputs("},\n", file);
  }
  fputs("};\n", file);
}

// Copies the lines of a file as comment.
static bool put_note(FILE* const out, const char* const path)
{
  FILE* const file = fopen(path, "r");
  if (!file) {
    return false;
  }
  char line[256];
  while (fgets(line, sizeof(line), file)) {
    fprintf(out, line[0] == '\n' ? "//%s" : "// %s", line);
  }
  fclose(file);
  return true;
}

bool train_write_source(const char* const     path,
                        const char* const     note,
                        const unsigned        rows,
                        const TrainRow* const low,
                        const TrainRow* const high)
{
  FILE* const file = fopen(path, "w");
  if (!file) {
    return false;
  }
  fputs("// SPDX-License-Identifier: MIT\n", file);
  const bool noted = !note || put_note(file, note);
  fputs("// clang-format off\n#include \"jellie/table.h\"\n", file);
  put_table(file, "jellie_table", rows, low);
  put_table(file, "jellie_table_high", rows, high);
  return fclose(file) == 0 && noted;
}
