// SPDX-License-Identifier: MIT
// Lower rate by deleting text: no sample is decoded.

#include "jellie/packet.h"

#include <string.h>

size_t jellie_thin(char* const text, const size_t size, const unsigned keep)
{
  JelliePacket packet;
  JellieBlock  block;
  if ((keep != 1U && keep != 2U) || !jellie_scan(text, size, &packet) ||
      jellie_head_read(&packet, &block) || block.format.lanes != 4U ||
      packet.count < keep + 1U) {
    return 0U;
  }
  const char* const last = packet.strings[packet.count - 1U];
  const char* const rest = last + packet.sizes[packet.count - 1U];
  char* const  cut  = text + (packet.strings[keep] - text) + packet.sizes[keep];
  const size_t tail = size - (size_t)(rest - text);
  memmove(cut, rest, tail);
  return (size_t)(cut - text) + tail;
}
