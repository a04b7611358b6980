// SPDX-License-Identifier: MIT
// A hostile peer of a MIDI link: each line of the input is a packet. Both
// readers must agree, and the link must go on making sense.

#include "midip2p/midip2p.h"
#include "midip2p/packet.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PACKETS 64U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

static void must_equal(const Midip2pPacket* const a,
                       const Midip2pPacket* const b)
{
  must(a->stream == b->stream && a->serial == b->serial && a->ack == b->ack &&
       a->first == b->first && a->count == b->count);
  for (unsigned i = 0U; i < a->count; ++i) {
    must(a->events[i].time_us == b->events[i].time_us &&
         a->events[i].size == b->events[i].size &&
         !memcmp(a->events[i].bytes, b->events[i].bytes, 3U));
  }
}

static bool is_ordered(const Midip2pPacket* const packet)
{
  // We write the newest event last; a foreign packet need not
  for (unsigned i = 0U; i < packet->count; ++i) {
    const int64_t newest = packet->events[packet->count - 1U].time_us;
    const int64_t age    = newest - packet->events[i].time_us;
    if (age < 0 || age > MIDIP2P_MAX_SPAN_US || newest > MIDIP2P_MAX_NUMBER ||
        newest < -MIDIP2P_MAX_NUMBER) {
      return false;
    }
  }
  return true;
}

static void compare_readers(const char* const text, const size_t size)
{
  Midip2pPacket scanned;
  Midip2pPacket parsed;
  const bool    scan  = midip2p_packet_scan(text, size, &scanned);
  const bool    parse = midip2p_packet_parse(text, size, &parsed);
  must(!scan || parse);
  if (scan) {
    must_equal(&scanned, &parsed);
  }
  if (parse && is_ordered(&parsed)) {
    char         own[MIDIP2P_MAX_TEXT];
    const size_t length = midip2p_packet_write(&parsed, own, sizeof(own));
    must(length > 0U && midip2p_packet_scan(own, length, &scanned));
    must_equal(&scanned, &parsed);
  }
}

static void drain(Midip2pLink* const link, const JamTime now)
{
  Midip2pEvent event;
  char         text[MIDIP2P_MAX_TEXT];
  unsigned     packets = 0U;
  while (midip2p_event(link, &event)) {
    must(midip2p_message_valid(&event));
  }
  while (midip2p_deadline(link) <= now) {
    Midip2pPacket packet;
    const size_t  size = midip2p_output(link, now, text, sizeof(text));
    must(size > 0U && midip2p_packet_scan(text, size, &packet));
    must(++packets <= 64U);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  Midip2pLink*       link = NULL;
  const char*        text = (const char*)data;
  const char* const  end  = text + size;
  const Midip2pEvent note = {1000, 3U, {0x90U, 60U, 100U}, MIDIP2P_PLAYED};
  if (size == 0U || midip2p_link_new(NULL, 7U, &link)) {
    return 0;
  }
  for (unsigned i = 0U; i < MAX_PACKETS && text < end; ++i) {
    const JamTime     now = i * 3 * JAM_MS;
    const char* const line =
      (const char*)memchr(text, '\n', (size_t)(end - text));
    const char* const stop = line ? line : end;
    compare_readers(text, (size_t)(stop - text));
    (void)!midip2p_send(link, now, &note);
    midip2p_input(link, now, text, (size_t)(stop - text));
    if (i % 4U != 3U) { // Sometimes let events pile up
      drain(link, now);
    }
    text = line ? line + 1 : end;
  }
  midip2p_link_release(link, 0);
  drain(link, JAM_SECOND);
  Midip2pEvent event;
  must(!midip2p_event(link, &event));
  midip2p_link_free(link);
  return 0;
}
