// SPDX-License-Identifier: MIT
// JSON objects into structs by table: what is not in the table is an error.

#ifndef JAM_SIM_FIELDS_H
#define JAM_SIM_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;

typedef enum FieldKind {
  FIELD_NUMBER,  ///< double
  FIELD_INTEGER, ///< int64_t
  FIELD_STRING,  ///< char array of `size`
  FIELD_FLAG,    ///< bool
  FIELD_CHOICE,  ///< int64_t: index into `choices`
  FIELD_OTHER    ///< Known, read elsewhere
} FieldKind;

typedef struct Field {
  const char*        key;
  FieldKind          kind;
  size_t             offset;
  size_t             size;
  double             minimum, maximum;
  bool               required;
  const char* const* choices; ///< Ends with null
} Field;

/// Reads `object` (called `where` in messages) into `out`. `fields` ends with
/// a null key. On failure writes one sentence of at most `room` bytes.
bool fields_read(const struct cJSON* object,
                 const char*         where,
                 const Field*        fields,
                 void*               out,
                 char*               error,
                 size_t              room);

#endif // JAM_SIM_FIELDS_H
