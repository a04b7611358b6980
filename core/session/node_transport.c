// SPDX-License-Identifier: MIT
// The shared transport of a room. The node whose user changed it last writes
// it, in its own clock, and says so to its siblings again and again. They keep
// a ruler of the writer's clock from their live estimate of it. When the writer
// goes, the ruler stays as it is, and whoever misses it becomes the writer,
// where the music is; of several, the last in logical time is believed.

#include "session/node_internal.h"
#include "session/message.h"

#include "base/time.h"

#include <string.h>

#define SAY_PERIOD (500 * JAM_MS)
#define MISSED_AFTER (2500 * JAM_MS)

static uint16_t own_node_id(const SessionNode* const node)
{
  return node->mesh ? nodemesh_node_id(node->mesh) : node->config.node_id;
}

// Lists those of a user's room who are here, itself included. Returns how many
static size_t people(const SessionNode* const node,
                     NodeUser* const          user,
                     NodeUser** const         out)
{
  size_t count = node_listeners(node, user, out);
  if (node_is_here(user)) {
    out[count++] = user;
  }
  return count;
}

void node_transport_tell(SessionNode* const    node,
                         const JamTime         now,
                         const NodeUser* const user)
{
  const SynchubShared* const shared = synchub_shared(node->hub, user->id);
  if (shared && shared->transport.stamp) {
    SynchubMessage message = {.kind = SYNCHUB_TRANSPORT};
    message.transport      = shared->transport;
    session_message_send(node->endpoint, now, user->end.session, &message);
  }
}

static void
tell_all(SessionNode* const node, const JamTime now, NodeUser* const user)
{
  NodeUser*    here[SYNCHUB_MAX_MEMBERS];
  const size_t count = people(node, user, here);
  for (size_t i = 0U; i < count; ++i) {
    node_transport_tell(node, now, here[i]);
  }
}

static void say(SessionNode* const   node,
                const JamTime        now,
                const NodeUser*      user,
                SynchubShared* const shared)
{
  char           text[SYNCHUB_MAX_MESSAGE];
  SynchubMessage message = {.kind = SYNCHUB_TRANSPORT, .user = user->id};
  message.transport      = shared->transport;
  const ToastFrame frame = {
    TOAST_FRAME_TABLE,
    0U,
    0U,
    (const uint8_t*)text,
    synchub_message_write(&message, text, sizeof(text))};
  node_to_siblings(node, now, user, &frame);
  shared->say_at = now + SAY_PERIOD;
}

// From now on this node is the writer
static void become_writer(SessionNode* const            node,
                          const JamTime                 now,
                          NodeUser* const               user,
                          SynchubShared* const          shared,
                          const SynchubTransport* const transport)
{
  const uint64_t before  = shared->transport.stamp;
  shared->transport      = *transport;
  shared->transport.node = own_node_id(node);
  shared->transport.stamp =
    (before > transport->stamp ? before : transport->stamp) + 1U;
  shared->source = 0U;
  tell_all(node, now, user);
  if (user->local) {
    say(node, now, user, shared);
  }
  node->next_table = jam_time_min(node->next_table, now);
}

void node_transport_input(SessionNode* const          node,
                          const JamTime               now,
                          NodeUser* const             user,
                          const SynchubMessage* const message)
{
  SynchubShared* const shared = synchub_shared(node->hub, user->id);
  if (!shared) {
    ++node->out_of_place;
    return;
  }
  // Whatever clock it was made on, it is on this one now
  SynchubTransport transport = message->transport;
  transport.ruler            = (SynchubRuler){now, now, 0.0};
  become_writer(node, now, user, shared, &transport);
}

// Where the writer's clock stands on ours, as far as it is known
static void measure(const SessionNode* const node,
                    const JamTime            now,
                    SynchubShared* const     shared)
{
  ToastClock clock;
  if (toast_clock(node->endpoint, shared->source, &clock) && clock.valid) {
    shared->transport.ruler =
      (SynchubRuler){toast_clock_to_peer(&clock, now), now, clock.skew};
  }
}

void node_transport_sibling(SessionNode* const          node,
                            const JamTime               now,
                            NodeUser* const             user,
                            const ToastSession          source,
                            const SynchubMessage* const message)
{
  SynchubShared* const    shared = synchub_shared(node->hub, user->id);
  const SynchubTransport* news   = &message->transport;
  ToastClock              clock;
  if (!shared || !toast_clock(node->endpoint, source, &clock) || !clock.valid ||
      synchub_transport_is_later(&shared->transport, news)) {
    return;
  }
  const bool later = synchub_transport_is_later(news, &shared->transport);
  shared->source   = later ? source : shared->source;
  shared->heard    = now;
  if (later) {
    shared->transport = *news;
    measure(node, now, shared);
    tell_all(node, now, user);
    node->next_table = jam_time_min(node->next_table, now);
  }
}

static void tell_ruler(SessionNode* const         node,
                       const JamTime              now,
                       NodeUser* const            user,
                       const SynchubShared* const shared)
{
  char           text[SYNCHUB_MAX_MESSAGE];
  NodeUser*      here[SYNCHUB_MAX_MEMBERS];
  const size_t   count   = people(node, user, here);
  SynchubMessage message = {.kind = SYNCHUB_RULER};
  message.transport      = shared->transport;
  const ToastFrame frame = {
    TOAST_FRAME_TABLE,
    0U,
    0U,
    (const uint8_t*)text,
    synchub_message_write(&message, text, sizeof(text))};
  for (size_t i = 0U; i < count; ++i) {
    (void)!toast_send(node->endpoint, now, here[i]->end.session, &frame);
  }
}

void node_transport_run(SessionNode* const node,
                        const JamTime      now,
                        NodeUser* const    user)
{
  SynchubShared* const shared = synchub_shared(node->hub, user->id);
  if (!shared || !shared->transport.stamp || shared->served == now) {
    return;
  }
  shared->served = now;
  if (!shared->source) {
    if (user->local && now >= shared->say_at) {
      say(node, now, user, shared);
    }
  } else if (now - shared->heard > MISSED_AFTER) {
    SynchubTransport transport = shared->transport;
    synchub_transport_adopt(&transport, now);
    become_writer(node, now, user, shared, &transport);
  } else {
    measure(node, now, shared);
    tell_ruler(node, now, user, shared);
  }
}
