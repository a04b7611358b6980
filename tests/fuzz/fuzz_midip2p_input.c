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

static void must_equal_events(const Midip2pEvent* const a,
                              const Midip2pEvent* const b,
                              const unsigned            count)
{
  for (unsigned i = 0U; i < count; ++i) {
    must(a[i].time_us == b[i].time_us && a[i].size == b[i].size &&
         !memcmp(a[i].bytes, b[i].bytes, 3U));
  }
}

static void must_equal(const Midip2pPacket* const a,
                       const Midip2pPacket* const b)
{
  must(a->stream == b->stream && a->has == b->has && a->serial == b->serial &&
       a->ack == b->ack && a->first == b->first && a->base == b->base &&
       a->part == b->part && a->parts == b->parts && a->count == b->count &&
       a->delta_count == b->delta_count);
  must_equal_events(a->events, b->events, a->count);
  must_equal_events(a->delta, b->delta, a->delta_count);
  must(!(a->has & MIDIP2P_HAS_CLOCK) ||
       (a->clock.tick == b->clock.tick &&
        a->clock.time_us == b->clock.time_us &&
        a->clock.quarter_us == b->clock.quarter_us));
  must(!(a->has & MIDIP2P_HAS_SYSEX) ||
       (a->fragment.size == b->fragment.size &&
        !memcmp(a->fragment.bytes, b->fragment.bytes, a->fragment.size)));
}

// Items of a later version are not written again
static bool is_ours(const Midip2pPacket* const packet)
{
  for (unsigned i = 0U; i < packet->count; ++i) {
    if (packet->events[i].size == 0U) {
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
  if (parse && is_ours(&parsed)) {
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
    must(size == 0U || midip2p_packet_scan(text, size, &packet));
    must(++packets <= 64U);
  }
  const uint8_t* bytes   = NULL;
  int64_t        time_us = 0;
  const size_t   longer  = midip2p_sysex(link, &bytes, &time_us);
  must(longer <= MIDIP2P_SYSEX);
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
