// SPDX-License-Identifier: MIT
// The strings of a token packet, before anything in them is believed.

#ifndef JELLIE_PACKET_H
#define JELLIE_PACKET_H

#include "jellie/jellie.h"

#define JELLIE_STRINGS 5U
#define JELLIE_HEAD_SIZE 8U
#define JELLIE_PREFIX "{\"J\":[\""
#define JELLIE_PREFIX_SIZE 7U

struct cJSON;

typedef struct JelliePacket {
  const char* strings[JELLIE_STRINGS]; ///< Head, then lanes in packet order;
                                       ///< in the text, one string begins
                                       ///< with the head and is the first lane
  size_t        sizes[JELLIE_STRINGS];
  unsigned      count;
  struct cJSON* tree; ///< Owns the strings if the layout was not canonical
} JelliePacket;

/// Finds the strings of canonical text. Never allocates; false for any other
/// text, which may still be a valid packet.
bool jellie_scan(const char* text, size_t size, JelliePacket* out);

/// Finds the strings in any JSON layout. Release in any case.
JAM_NODISCARD JamStatus jellie_packet_read(const char*   text,
                                           size_t        size,
                                           JelliePacket* out);

void jellie_packet_release(JelliePacket* packet);

/// Writes the head of a packet, JELLIE_HEAD_SIZE characters.
void jellie_head_write(const JellieFormat* format, uint32_t counter, char* out);

/// Reads the head and checks it against the number of strings; fills all of
/// `out` but the samples.
JAM_NODISCARD JamStatus jellie_head_read(const JelliePacket* packet,
                                         JellieBlock*        out);

#endif // JELLIE_PACKET_H
