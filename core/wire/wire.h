// SPDX-License-Identifier: MIT
// JSON on the wire: a bounded writer, checked readers, and bits as text.

#ifndef JAM_WIRE_H
#define JAM_WIRE_H

#include <jamnet/types.h>

#include <stdbool.h>

struct cJSON;

// Writing: streams into the caller's buffer and fails closed when it is full.
// Any thread; never allocates.

typedef struct WireWriter {
  char*  text;
  size_t capacity;
  size_t size;
  bool   full; ///< Something did not fit: the text is worthless
} WireWriter;

/// Starts writing into `capacity` bytes owned by the caller.
void wire_writer_init(WireWriter* writer, char* text, size_t capacity);

/// Appends literal JSON text (a terminated string) as it is.
void wire_put(WireWriter* writer, const char* text);

/// Appends `size` bytes of literal JSON text as they are.
void wire_put_bytes(WireWriter* writer, const char* text, size_t size);

/// Appends a decimal integer.
void wire_put_int(WireWriter* writer, int64_t number);

/// Appends a quoted JSON string (RFC 8259 escapes; malformed UTF-8 is replaced
/// by U+FFFD).
void wire_put_string(WireWriter* writer, const char* text);

/// Returns the number of bytes written, or 0 if anything did not fit.
size_t wire_writer_size(const WireWriter* writer);

// Reading: cJSON behind a length and depth check. Network or setup thread:
// parsing allocates. Integers are accepted only if exact and within range.

/// Parses one JSON value of at most 65536 bytes and `max_depth` nested
/// containers, with nothing but white space after it. Its text must be UTF-8,
/// and no string may hold a NUL: every C string read from it is all of it.
/// Returns null on any fault; the caller owns the tree: wire_free.
struct cJSON* wire_parse(const char* text, size_t size, unsigned max_depth);

/// Releases a tree; null is ignored.
void wire_free(struct cJSON* json);

/// Returns a member of an object, or null.
const struct cJSON* wire_get(const struct cJSON* object, const char* key);

/// Reads an integer value; false if it is missing, fractional, 2^53 or more
/// either way (a double no longer tells neighbours apart) or out of range.
bool wire_int(const struct cJSON* value,
              int64_t             minimum,
              int64_t             maximum,
              int64_t*            out);

/// Reads an integer member of an object.
bool wire_get_int(const struct cJSON* object,
                  const char*         key,
                  int64_t             minimum,
                  int64_t             maximum,
                  int64_t*            out);

/// Copies a string member, terminated; false if missing or it does not fit.
bool wire_get_string(const struct cJSON* object,
                     const char*         key,
                     char*               out,
                     size_t              capacity);

// Binary as text: base64url without padding (RFC 4648 section 5). Any thread.

/// Writes a terminated string of ceil(4 * size / 3) characters.
/// Returns its length, or 0 if `capacity` is too small.
size_t wire_base64_encode(const uint8_t* bytes,
                          size_t         size,
                          char*          out,
                          size_t         capacity);

/// Reads exactly `size` bytes from `length` characters; false on anything else.
bool wire_base64_decode(const char* text,
                        size_t      length,
                        uint8_t*    out,
                        size_t      size);

// Bits as text: 13 bits in 2 of the 92 visible ASCII characters that need no
// JSON escape ('!' is 0; '"' and '\' are skipped), most significant bit first,
// high digit first. A tail of 1..6 bits is one character, of 7..13 bits a
// pair, zero filled. 23.1 % overhead, against 33.3 % for base64. Any thread.

typedef struct WireTextWriter {
  char*    text;
  size_t   capacity;
  size_t   size;
  uint64_t bits;  // Not yet written, right aligned
  unsigned count; // Number of them, below 13
  bool     full;
} WireTextWriter;

/// Starts writing characters into the caller's buffer.
void wire_text_writer_init(WireTextWriter* writer, char* text, size_t capacity);

/// Appends the low `count` bits of `bits` (0 <= count <= 32).
void wire_text_put(WireTextWriter* writer, uint32_t bits, unsigned count);

/// Writes the tail. Returns the number of characters, or SIZE_MAX when full.
size_t wire_text_finish(WireTextWriter* writer);

typedef struct WireTextReader {
  const char* text;
  size_t      size;
  size_t      next;
  uint64_t    bits;
  unsigned    count;
  bool        bad; ///< A foreign character, a pair above 8191, or out of bits
} WireTextReader;

/// Starts reading `size` characters.
void wire_text_reader_init(WireTextReader* reader,
                           const char*     text,
                           size_t          size);

/// Takes `count` bits (0 <= count <= 32). After the end or a fault it returns
/// zeros and sets `bad`.
uint32_t wire_text_get(WireTextReader* reader, unsigned count);

/// Counts and takes zeros up to and including the next one bit; more than
/// `limit` zeros set `bad` (limit <= 32).
unsigned wire_text_get_zeros(WireTextReader* reader, unsigned limit);

/// Returns true when nothing but the zero fill of the tail is left (at most 6
/// bits): the string is complete, and the only one for these bits.
bool wire_text_at_end(const WireTextReader* reader);

#endif // JAM_WIRE_H
