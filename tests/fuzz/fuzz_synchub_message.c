// SPDX-License-Identifier: MIT
// Control messages and tables from a hostile peer: each line of the input is
// one. What is read must survive being written, and a roster and a hub that
// take it in must stay within their bounds.

#include "synchub/synchub.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LINES 64U
#define MAX_TABLE 4096U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

static void check_message(const SynchubMessage* const message)
{
  char           text[SYNCHUB_MAX_MESSAGE];
  char           again[SYNCHUB_MAX_MESSAGE];
  SynchubMessage copy;
  const size_t   size = synchub_message_write(message, text, sizeof(text));
  must(size > 0U && synchub_message_read(text, size, &copy) == JAM_OK);
  must(synchub_message_write(&copy, again, sizeof(again)) == size);
  must(!memcmp(text, again, size));
}

static void check_table(const SynchubUser* const rows, const size_t count)
{
  const SynchubUser* users[SYNCHUB_MAX_MEMBERS];
  SynchubUser        copy[SYNCHUB_MAX_MEMBERS];
  char               text[MAX_TABLE];
  char               again[MAX_TABLE];
  size_t             written = 0U;
  size_t             read    = 0U;
  for (size_t i = 0U; i < count; ++i) {
    users[i] = &rows[i];
  }
  const size_t size =
    synchub_table_write(users, count, text, sizeof(text), &written);
  must(written == count && (size > 0U) == (count > 0U));
  if (size > 0U) {
    must(synchub_table_read(text, size, copy, count, &read) == JAM_OK &&
         read == count);
    for (size_t i = 0U; i < count; ++i) {
      users[i] = &copy[i];
    }
    must(synchub_table_write(users, count, again, MAX_TABLE, &written) == size);
    must(!memcmp(text, again, size));
  }
}

// Time and ticks must agree and stay finite, whatever is changed
static void check_transport(const SynchubTransport* const read)
{
  SynchubTransport transport = *read;
  SynchubBeat      beat;
  for (int i = 0; i < 6; ++i) {
    const JamTime own  = transport.ruler.own + i * JAM_SECOND;
    const double  tick = synchub_transport_now(&transport, own);
    must(tick > -1e15 && tick < 1e15);
    synchub_transport_beat(&transport, tick, &beat);
    must(beat.beat < SYNCHUB_MAX_BEATS);
    switch (i) {
    case 0:
      synchub_transport_start(&transport, own, 2U);
      break;
    case 1:
      synchub_transport_tempo(&transport, own, 90.0);
      break;
    case 2:
      synchub_transport_metre(&transport, own, 5U, 8U);
      break;
    case 3:
      synchub_transport_locate(&transport, own, 3U);
      break;
    case 4:
      synchub_transport_adopt(&transport, own);
      break;
    default:
      synchub_transport_stop(&transport, own);
      break;
    }
    must(transport.count >= 1U && transport.count <= SYNCHUB_MAX_TEMPI);
  }
}

static void check_roster(SynchubRoster* const roster)
{
  must(roster->count <= SYNCHUB_MAX_MEMBERS);
  for (unsigned i = 0U; i < roster->count; ++i) {
    const SynchubUser* const user = &roster->users[i];
    must(synchub_roster_user(roster, user->id) == user);
    must(synchub_profile_valid(&user->profile));
    must(i == 0U || roster->users[i - 1U].joined <= user->joined);
  }
}

static void take_line(Synchub* const       hub,
                      SynchubRoster* const roster,
                      const char* const    text,
                      const size_t         size)
{
  SynchubMessage message;
  SynchubUser    rows[SYNCHUB_MAX_MEMBERS];
  SynchubUserId  id    = 0U;
  size_t         count = 0U;
  if (synchub_message_read(text, size, &message) == JAM_OK) {
    check_message(&message);
    if (message.kind == SYNCHUB_TRANSPORT) {
      check_transport(&message.transport);
    }
    (void)synchub_roster_apply(roster, &message);
    if (message.kind == SYNCHUB_JOIN) {
      (void)!synchub_join(hub,
                          0,
                          message.room,
                          &message.profile,
                          message.uid,
                          0U,
                          &id);
    } else if (message.kind == SYNCHUB_GONE) {
      synchub_leave(hub, message.user);
    }
  }
  if (!synchub_table_read(text, size, rows, SYNCHUB_MAX_MEMBERS, &count)) {
    check_table(rows, count);
    must(synchub_roster_table(roster, text, size));
    for (size_t i = 0U; i < count; ++i) {
      synchub_set_row(hub, rows[i].id, &rows[i].row);
      (void)synchub_table_for(hub, 1U, (char[MAX_TABLE]){0}, MAX_TABLE);
    }
  }
  check_roster(roster);
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  Synchub*          hub  = NULL;
  const char*       text = (const char*)data;
  const char* const end  = text + size;
  SynchubRoster     roster;
  if (size == 0U || synchub_new(NULL, 8U, &hub)) {
    return 0;
  }
  synchub_roster_init(&roster);
  for (unsigned i = 0U; i < MAX_LINES && text < end; ++i) {
    const char* const line =
      (const char*)memchr(text, '\n', (size_t)(end - text));
    const char* const stop = line ? line : end;
    take_line(hub, &roster, text, (size_t)(stop - text));
    text = line ? line + 1 : end;
  }
  synchub_free(hub);
  return 0;
}
