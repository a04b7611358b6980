// SPDX-License-Identifier: MIT
// A table as it is written, row by row. Private to the module.

#ifndef JAM_SYNCHUB_TABLE_H
#define JAM_SYNCHUB_TABLE_H

#include "synchub/synchub.h"

typedef struct SynchubTable {
  char*  text;
  size_t capacity;
  size_t size; ///< Written so far
} SynchubTable;

/// Starts a table in the caller's buffer.
void synchub_table_init(SynchubTable* table, char* text, size_t capacity);

/// Appends a user's row; false, with nothing changed, if it does not fit.
bool synchub_table_add(SynchubTable* table, const SynchubUser* user);

/// Closes the table. Returns its size, 0 without rows.
size_t synchub_table_finish(SynchubTable* table);

#endif // JAM_SYNCHUB_TABLE_H
