// SPDX-License-Identifier: MIT
// What the client engine is made of, for its own source files.

#ifndef JAM_SESSION_CLIENT_INTERNAL_H
#define JAM_SESSION_CLIENT_INTERNAL_H

#include "session/session.h"

#include "base/mailbox.h"
#include "base/ring.h"
#include "jellie/jellie.h"
#include "midip2p/midip2p.h"

#define MAX_REMOTES (SYNCHUB_MAX_MEMBERS - 1U)

// The newest samples of a remote stream, for fitting: a power of two, twice
// what a fit needs
#define HISTORY_SIZE 8192U

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
} ClientRt;

typedef enum RemoteUse {
  REMOTE_FREE,
  REMOTE_ACTIVE,
  REMOTE_LEAVING // The audio thread has yet to let go of the playout
} RemoteUse;

// Another player, as heard here. Owner: network thread.
typedef struct Remote {
  RemoteUse     use;
  SynchubUserId user;
  JellieFormat  format; // Announced; packets of another are refused
  Playout*      playout;
  Midip2pLink*  midi;
  PlayoutDelay  delay;
  PlayoutClock  clock;
  JamTime       clock_since; // When it was first known
  JamTime       moved_since; // When newer estimates began to disagree
  JamTime       trusted_at;  // From then on, arrivals tell delays
  double        turn;   // Positions here minus the sender's own: whole cycles
  bool          heard;  // A packet has come
  int64_t       first;  // Position of the first packet
  int64_t       newest; // Position after the newest packet
  JamTime       last_packet;
  float         gain, pan;
  bool          muted;
  uint64_t      bytes, packets, refused, overflow;
  uint64_t      midi_events;
  double        loss; // Recent share of packets missing
  uint64_t      loss_packets;
  int64_t       loss_position;
  uint64_t      fitted_at; // `packets` when its model was last refreshed
  PntbtrModel   model;
  float         history[HISTORY_SIZE]; // By position
} Remote;

struct SessionClient {
  // Between the threads
  JamRing        capture;     // Audio to network
  JamMailbox     reports;     // Audio to network: RtReport
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
  ToastSession   dialled[SESSION_MAX_ADDRESSES]; // Awaiting an answer
  ToastSession   session;                        // Open, or 0
  bool           wrong_key; // An address answered with another key
  JamTime        retry_at;
  SynchubRoster  roster;

  // Audio
  RtReport     report; // Newest
  JellieFormat format;
  int64_t      block_position; // Of the block being filled
  unsigned     block_fill;
  JamTime      capture_due; // When to look for the next captured block
  float        block[JELLIE_MAX_FRAMES];
  bool         sending, monitor;
  float        monitor_gain;
  Remote*      remotes[MAX_REMOTES]; // Allocated while in use
  PntbtrFit    fit;
  unsigned     fit_slot; // Remote being fitted
  bool         fitting;

  // MIDI
  Midip2pLink* midi; // Ours, to the node

  // Housekeeping
  JamTime  next_row;   // Our own table row
  JamTime  next_clock; // Clocks of all remotes
  JamTime  next_view;
  uint64_t bytes_sent, bytes_received;
};

// client_rt.c
void client_gain_start(PlayoutGain* gain,
                       double       rate_hz,
                       float        level,
                       float        pan,
                       bool         muted) JAM_RT;

// client_connect.c
void client_connect_tick(SessionClient* client, JamTime now);
void client_connect_opened(SessionClient* client, JamTime now, ToastSession s);
void client_connect_closed(SessionClient*    client,
                           JamTime           now,
                           const ToastEvent* event);
void client_message(SessionClient*    client,
                    JamTime           now,
                    const ToastFrame* frame);
void client_send_row(SessionClient* client, JamTime now);

// client_capture.c
void client_capture_drain(SessionClient* client, JamTime now);

// client_remote.c
void    client_remotes_update(SessionClient* client, JamTime now);
void    client_remotes_clear(SessionClient* client, JamTime now);
void    client_remotes_reap(SessionClient* client);
Remote* client_remote_find(SessionClient* client, SynchubUserId user);
void client_media(SessionClient* client, JamTime now, const ToastFrame* frame);
void client_remotes_clock(SessionClient* client, JamTime now);
bool client_session_time(const SessionClient* client,
                         JamTime              own,
                         JamTime*             out);

// client_fit.c
void client_history_add(Remote*      remote,
                        int64_t      position,
                        const float* samples,
                        unsigned     frames);
void client_history_guess(Remote* remote, int64_t from, int64_t to);
void client_remotes_fit(SessionClient* client);

// client_midi.c
void    client_midi_frame(SessionClient*    client,
                          JamTime           now,
                          const ToastFrame* frame);
void    client_midi_run(SessionClient* client, JamTime now);
void    client_midi_deliver(SessionClient* client, JamTime now, Remote* remote);
JamTime client_midi_deadline(const SessionClient* client);

// client_view.c
void client_commands(SessionClient* client);
void client_view_publish(SessionClient* client, JamTime now);
void client_rt_send(SessionClient* client, const RtCommand* command);

#endif // JAM_SESSION_CLIENT_INTERNAL_H
