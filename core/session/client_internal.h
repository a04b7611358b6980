// SPDX-License-Identifier: MIT
// What the client engine is made of, for its own source files.

#ifndef JAM_SESSION_CLIENT_INTERNAL_H
#define JAM_SESSION_CLIENT_INTERNAL_H

#include "session/message.h"
#include "session/session.h"

#include "base/mailbox.h"
#include "base/ring.h"
#include "jellie/jellie.h"
#include "jellie/thrift.h"
#include "midip2p/midip2p.h"
#include "session/client_click.h"

#define MAX_REMOTES (SYNCHUB_MAX_MEMBERS - 1U)

// The newest blocks of a stream, for dropping those that come twice
#define SEEN_BLOCKS 256U

// System exclusive of this client, at most
#define MIDI_LONG 8192U

#define MAX_DIALS 12U // Addresses of the invite and of siblings
#define MAX_LEGS 2U   // Siblings tried at once
#define ROAM_GAPS 4U  // A silence that long comes now and then

// From the audio thread: `frames` floats follow unless `silent`
typedef struct CaptureHead {
  int64_t  position;
  uint32_t frames;
  uint32_t silent;
} CaptureHead;

// To the audio thread
typedef enum RtCommandKind {
  RT_ADD,
  RT_REMOVE, // Answered through `returns`
  RT_GAIN,   // Level, pan and mute of a remote
  RT_SEND,
  RT_MONITOR
} RtCommandKind;

typedef struct RtCommand {
  RtCommandKind kind;
  uint32_t      slot;
  Playout*      playout;
  float         level;
  float         pan;
  bool          flag;
} RtCommand;

// From the audio thread, newest value
typedef struct RtReport {
  PlayoutDll   dll;
  PlayoutMeter meter;
  int64_t      next_position; // Of the next callback
  uint32_t     frames;        // Of the newest
  uint64_t     callbacks;
  uint64_t     overruns; // Captured blocks that found the ring full
} RtReport;

typedef struct RtRemote {
  Playout*    playout; // Null: slot unused
  PlayoutGain gain;
} RtRemote;

// Owner: audio thread, once it runs.
typedef struct ClientRt {
  RtReport    report;
  bool        sending;
  bool        dsp;
  PlayoutGain monitor;
  RtRemote    remotes[MAX_REMOTES];
  float       scratch[PLAYOUT_MAX_FRAMES];
  Click       click;
  ClickPlan   plan; // Newest
} ClientRt;

typedef enum RemoteUse {
  REMOTE_FREE,
  REMOTE_ACTIVE,
  REMOTE_LEAVING // The audio thread has yet to let go of the playout
} RemoteUse;

// A block that came lately.
typedef struct SeenBlock {
  int64_t counter; // Plus one: 0 is none
  JamTime at;      // When it came first
} SeenBlock;

// Another player, as heard here. Owner: network thread.
typedef struct Remote {
  RemoteUse      use;
  SynchubUserId  user;  // On the present node; 0: not found there yet
  SynchubUserId  shown; // To the user interface: the same on every node
  uint8_t        uid[SYNCHUB_UID_SIZE];
  SynchubProfile profile;
  JellieFormat   format;  // Announced; packets of another are refused
  bool           foreign; // Its codec has other tables: it would be noise
  Playout*       playout;
  Midip2pLink*   midi;
  PlayoutDelay   delay;
  PlayoutClock   clock;
  JamTime        clock_since; // When it was first known
  JamTime        moved_since; // When newer estimates began to disagree
  JamTime        trusted_at;  // From then on, arrivals tell delays
  bool           handover; // Another node's clock counts, but is not known well
  JamTime        handover_until; // 0: not known at all
  double         shift;          // Added to what clocks say, for want of a jump
  double         target_us; // Delay that its packets need; 0: not known yet
  double         turn;   // Positions here minus the sender's own: whole cycles
  bool           heard;  // A packet has come
  int64_t        first;  // Position of the first packet
  int64_t        newest; // Position after the newest packet
  JamTime        last_packet;
  SeenBlock      seen[SEEN_BLOCKS]; // By counter
  float          gain, pan;
  bool           muted;
  uint64_t       bytes, packets, refused, overflow;
  uint64_t       midi_events, midi_late;
  Midip2pTickPlayer ticks;    // Its MIDI clock
  JamTime           tick_due; // When the next one goes to the output
  double            loss;     // Recent share of packets missing
  uint64_t          loss_packets;
  int64_t           loss_position;
  int64_t           fitted_at; // `newest` when its model was last refreshed
  PntbtrBands       bands;
  PntbtrModel       model;
  PntbtrHistory     history;
} Remote;

// A session beside the present one: a sibling being tried, or the one before.
typedef struct ClientLeg {
  ToastSession   session; // 0: unused
  uint16_t       node;
  bool           open;
  bool           joined; // Asked to let us in
  SynchubRoster  roster;
  unsigned       sibling_count;
  SynchubSibling siblings[SYNCHUB_MAX_SIBLINGS];
} ClientLeg;

// Where else the jam can go on, and whether it must.
typedef struct ClientRoam {
  bool           has_ticket;
  ToastTicket    ticket;
  unsigned       sibling_count; ///< Of these now: to resume at
  unsigned       known_count;   ///< ... and lately: to dial when all else fails
  SynchubSibling siblings[SYNCHUB_MAX_SIBLINGS];

  JamTime settled_at; // When to begin to watch the present session
  JamTime heard_at;   // Its newest datagram
  JamTime uplink_at;  // Newest block sent
  JamTime ticked_at;
  JamTime gaps[2][ROAM_GAPS]; // Longest of these and of the last few seconds
  JamTime gaps_since;
  JamTime false_alarms[2]; // The last ones

  bool      asked; // The node wants us to move
  bool      searching;
  bool      moving; // Even if the present node is heard again
  JamTime   searching_since;
  JamTime   next_try;
  unsigned  tried;
  JamTime   return_at; // Earliest next try to be let in again where we are
  ClientLeg legs[MAX_LEGS];
  ClientLeg former;
  JamTime   former_until;
  JamTime   grace_until; // Until then nobody is missed
} ClientRoam;

#define CLIENT_TAPS 8U

// Taps on the tempo button.
typedef struct ClientTaps {
  JamTime  last;
  JamTime  gaps[CLIENT_TAPS];
  unsigned count;
} ClientTaps;

struct SessionClient {
  // Between the threads
  JamRing        capture;     // Audio to network
  JamMailbox     reports;     // Audio to network: RtReport
  JamMailbox     plans;       // Network to audio: ClickPlan
  JamRing        rt_commands; // Network to audio: RtCommand
  JamRing        rt_returns;  // Audio to network: slots let go, uint32_t
  JamRing        midi_in;     // MIDI input to network: JamMidiEvent
  JamRing        midi_out;    // Network to MIDI output: JamMidiEvent
  JamRing        commands;    // User interface to network: JamCommand
  JamMailbox     views;       // Network to user interface: JamView
  const JamView* shown;       // Owner: user interface thread
  ClientRt       rt;

  // Owner: network thread, all below
  const JamAllocator* allocator;
  SessionClientConfig config;
  uint32_t            lives; // Sessions so far: epochs of our MIDI stream

  // Connection
  JamState       state;
  char           message[JAM_TEXT_SIZE];
  ToastEndpoint* endpoint;
  ToastAddress   addresses[SESSION_MAX_ADDRESSES];
  unsigned       address_count;
  uint8_t        node_key[TOAST_KEY_SIZE];
  uint8_t        room_id[SYNCHUB_ROOM_SIZE];
  ToastSession   dialled[MAX_DIALS]; // Awaiting an answer
  ToastSession   session;            // Open, or 0
  bool           wrong_key;          // An address answered with another key
  bool           wrong_version;      // An address speaks another version
  JamTime        retry_at;
  SynchubUserId  shown_self; // To the user interface: the same on every node
  SynchubRoster  roster;
  ClientRoam     roam;

  // Audio
  RtReport     report; // Newest
  JellieThrift thrift; // Encodes the own stream
  JellieFormat format;
  int64_t      block_position; // Of the block being filled
  unsigned     block_fill;
  JamTime      capture_due; // When to look for the next captured block
  float        block[JELLIE_MAX_FRAMES];
  bool         sending, monitor;
  float        monitor_gain;
  Remote*      remotes[MAX_REMOTES]; // Allocated while in use
  PntbtrFit*   fit;                  // Null without DSP
  unsigned     fit_slot;             // Remote being fitted
  bool         fitting;

  // MIDI
  Midip2pLink* midi;                 // Ours, to the node
  uint8_t      midi_long[MIDI_LONG]; // System exclusive as it comes in
  uint32_t     midi_long_size;       // 0: none

  // Transport
  SynchubTransport transport;
  ToastSession     transport_source; // On whose clock its ruler is
  ClickPlan        plan;             // Newest
  ClientTaps       taps;

  // Housekeeping
  JamTime  next_row;   // Our own table row
  JamTime  next_clock; // Clocks of all remotes
  JamTime  next_view;
  uint64_t bytes_sent, bytes_received;
  JamTime  fare_at; // How media fared when it was last counted, and since
  uint64_t fare_late, fare_packets;
  double   fare_share;
};

// client_rt.c
void client_gain_start(PlayoutGain* gain,
                       double       rate_hz,
                       float        level,
                       float        pan,
                       bool         muted) JAM_RT;

// client_connect.c
void client_send_join(SessionClient* client, JamTime now, ToastSession to);
void client_session_lost(SessionClient* client,
                         JamTime        now,
                         const char*    message);
void client_connect_tick(SessionClient* client, JamTime now);
void client_connect_opened(SessionClient* client, JamTime now, ToastSession s);
void client_connect_closed(SessionClient*    client,
                           JamTime           now,
                           const ToastEvent* event);
void client_message(SessionClient*    client,
                    JamTime           now,
                    const ToastFrame* frame);
void client_send_row(SessionClient* client, JamTime now);

// client_roam.c
void    client_roam_learn(ClientRoam*           roam,
                          const SynchubSibling* siblings,
                          unsigned              count);
void    client_roam_start(SessionClient* client, JamTime now);
void    client_roam_stop(SessionClient* client, JamTime now);
void    client_roam_heard(SessionClient* client, JamTime now);
void    client_roam_tick(SessionClient* client, JamTime now);
JamTime client_roam_deadline(const SessionClient* client);
// The present node has let us go, but its session goes on.
void client_roam_dropped(SessionClient* client, JamTime now);
// The present session has ended. Returns whether siblings are tried instead.
bool client_roam_lost(SessionClient* client, JamTime now);

// client_leg.c
ClientLeg* client_leg_find(SessionClient* client, ToastSession session);
void       client_leg_join(SessionClient* client, JamTime now, ClientLeg* leg);
// Resumes at a sibling; JAM_ERR_STATE when the ticket is out of date.
JamStatus client_leg_try(SessionClient*        client,
                         JamTime               now,
                         const SynchubSibling* sibling);
void      client_leg_drop(SessionClient* client, JamTime now, ClientLeg* leg);
void      client_legs_drop(SessionClient* client, JamTime now);
void      client_leg_opened(SessionClient* client, JamTime now, ClientLeg* leg);
void      client_leg_frame(SessionClient*    client,
                           JamTime           now,
                           ClientLeg*        leg,
                           const ToastFrame* frame);
// Sends the same on all of them.
void client_legs_send(SessionClient*    client,
                      JamTime           now,
                      const ToastFrame* frame);

// client_capture.c
void client_capture_drain(SessionClient* client, JamTime now);

// client_remote.c
void    client_remotes_update(SessionClient* client, JamTime now);
void    client_remotes_clear(SessionClient* client, JamTime now);
void    client_remotes_reap(SessionClient* client);
void    client_remotes_moved(SessionClient* client, JamTime now);
Remote* client_remote_find(SessionClient* client, SynchubUserId user);
Remote* client_remote_by_uid(SessionClient* client,
                             const uint8_t  uid[SYNCHUB_UID_SIZE]);
// Whose stream a handle is, in the numbering of a roster; null if nobody's.
Remote* client_remote_of(SessionClient* client,
                         SynchubRoster* roster,
                         SynchubUserId  handle);
// `present`: it came by the present session, and for the first time.
void client_media(SessionClient*    client,
                  JamTime           now,
                  Remote*           remote,
                  bool              present,
                  const ToastFrame* frame);

// client_clock.c
void client_remotes_clock(SessionClient* client, JamTime now);

// client_fit.c
void client_remotes_fit(SessionClient* client);

// client_midi.c
void client_midi_start(SessionClient* client, JamTime now, bool carry_on);
void client_midi_frame(SessionClient*    client,
                       JamTime           now,
                       const ToastFrame* frame);
void client_midi_run(SessionClient* client, JamTime now);
void client_midi_send(SessionClient* client,
                      JamTime        now,
                      Midip2pLink*   link,
                      SynchubUserId  handle);
// client_midi_in.c
void client_midi_take(SessionClient* client, JamTime now);
// client_midi_out.c
void    client_midi_deliver(SessionClient* client, JamTime now, Remote* remote);
JamTime client_midi_deadline(const SessionClient* client);

// client_transport.c
void client_transport_message(SessionClient*        client,
                              const SynchubMessage* message);
void client_transport_command(SessionClient*    client,
                              JamTime           now,
                              const JamCommand* command);
// Tells the audio thread where the beats are.
void client_transport_run(SessionClient* client, JamTime now);
// The length of the present bar in frames of the own device; 0: not known.
double client_transport_bar_frames(const SessionClient* client, JamTime now);
void   client_transport_stop(SessionClient* client);
void   client_transport_click(SessionClient* client, bool on, float level);
void   client_transport_view(const SessionClient* client,
                             JamTime              now,
                             JamTransport*        out);

// client_view.c
void client_commands(SessionClient* client, JamTime now);
void client_view_publish(SessionClient* client, JamTime now);
void client_rt_send(SessionClient* client, const RtCommand* command);

#endif // JAM_SESSION_CLIENT_INTERNAL_H
