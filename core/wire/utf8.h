// SPDX-License-Identifier: MIT
// Well-formed UTF-8, the only text that JSON allows (RFC 8259 section 8.1).

#ifndef JAM_WIRE_UTF8_H
#define JAM_WIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/// Returns how many bytes the character at the start of `text` takes (1..4),
/// and in `good` whether it is well formed (Unicode 15, table 3-7). Of a
/// malformed one, those bytes that one U+FFFD should replace. `size` > 0.
size_t wire_utf8_next(const char* text, size_t size, bool* good);

#endif // JAM_WIRE_UTF8_H
