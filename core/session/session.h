// SPDX-License-Identifier: MIT
// Sessions: the client engine and the node engine, composed of all modules
// below, still without I/O.
//
// Both are driven by the five verbs of toast.h on the monotonic clock of their
// host. The client engine has a second side for the audio thread; the two share
// rings and mailboxes only.

#ifndef JAM_SESSION_H
#define JAM_SESSION_H

#include "playout/playout.h"
#include "synchub/synchub.h"
#include "toast/toast.h"

#include <jamnet/jamnet.h>
#include <jamnet/types.h>

#include <stdbool.h>

#define SESSION_MAX_ADDRESSES 8U
#define SESSION_MAX_HOST 128U
#define SESSION_MAX_REGION 16U

// Invite links: jamnet://HOST:PORT[,HOST:PORT...]/#KEY.SECRET, where KEY is the
// node's public key and SECRET the room's, both base64url. What stands after
// the '#' is a capability: never log it.

typedef struct SessionHost {
  char     name[SESSION_MAX_HOST]; ///< Host name or address, no brackets
  uint16_t port;
} SessionHost;

typedef struct SessionLink {
  unsigned    host_count;
  SessionHost hosts[SESSION_MAX_ADDRESSES];
  uint8_t     node_key[TOAST_KEY_SIZE];
  uint8_t     room_secret[TOAST_KEY_SIZE];
} SessionLink;

/// Reads a link (surrounding white space allowed). Any thread.
/// Returns JAM_ERR_FORMAT for anything else.
JAM_NODISCARD JamStatus session_link_parse(const char* text, SessionLink* out);

/// Writes a link. Any thread. Returns its length, or 0 if it does not fit.
size_t session_link_write(const SessionLink* link, char* out, size_t capacity);

/// Reads "HOST:PORT", "[ADDR]:PORT" or ":PORT" of `size` characters. Any
/// thread.
bool session_host_parse(const char* text, size_t size, SessionHost* out);

/// Reads "HOST:PORT,HOST:PORT" of `size` characters into a link's hosts, which
/// must be empty. Any thread.
bool session_hosts_parse(const char* text, size_t size, SessionLink* out);

// Client

typedef struct SessionClientConfig {
  SynchubProfile profile; ///< Name and stream format
  PlayoutMode    mode;
  bool           dsp; ///< False: no samples are touched (simulator)
  uint8_t        seed[32];
} SessionClientConfig;

typedef struct SessionClient SessionClient;

/// Creates a client engine. Later, joins and leaves of people allocate and
/// release on the network thread; nothing else does.
/// Returns JAM_ERR_ARGUMENT (rate, bits, packet size) or JAM_ERR_MEMORY.
JAM_NODISCARD JamStatus session_client_new(const SessionClientConfig* config,
                                           const JamAllocator*        allocator,
                                           SessionClient**            out);

/// Releases a client no thread uses any more; null is ignored.
void session_client_free(SessionClient* client);

/// Starts joining a room: tries all addresses, the first to answer wins.
/// Returns JAM_ERR_STATE when already in one, JAM_ERR_ARGUMENT without address,
/// JAM_ERR_CRYPTO for a key no node can have.
JAM_NODISCARD JamStatus
session_client_join(SessionClient*      client,
                    JamTime             now,
                    const ToastAddress* addresses,
                    unsigned            count,
                    const uint8_t       node_key[TOAST_KEY_SIZE],
                    const uint8_t       room_id[SYNCHUB_ROOM_SIZE]);

/// Says goodbye. The datagrams come with the next outputs. Network thread.
void session_client_leave(SessionClient* client, JamTime now);

/// Keeps the own stream within a rate, in bits of JDAT text a second over any
/// half second, by one lane and a shift; 0 (at first): lossless in four lanes,
/// whatever it takes. From the next packet on. Network thread.
void session_client_rate(SessionClient* client, uint32_t rate_bps);

/// The five verbs (see toast.h); what they raise is in the view. Network
/// thread.
void    session_client_input(SessionClient*      client,
                             JamTime             now,
                             const ToastAddress* from,
                             const uint8_t*      data,
                             size_t              size);
size_t  session_client_output(SessionClient* client,
                              JamTime        now,
                              ToastAddress*  to,
                              uint8_t*       buffer,
                              size_t         capacity);
JamTime session_client_deadline(const SessionClient* client);
void    session_client_tick(SessionClient* client, JamTime now);

/// One audio block: see jam_process. Audio thread; real-time safe.
void session_client_process(SessionClient* client,
                            const float*   in,
                            float* const*  out,
                            unsigned       out_channels,
                            unsigned       frames,
                            JamTime        when) JAM_RT;

/// See jam_midi_push and jam_midi_pull. Real-time safe.
bool session_client_midi_push(SessionClient* client, const JamMidiEvent* event)
  JAM_RT;
bool session_client_midi_pull(SessionClient* client, JamMidiEvent* out) JAM_RT;

/// Copies the newest view and queues a command. User interface thread.
void session_client_view(SessionClient* client, JamView* out);
bool session_client_command(SessionClient* client, const JamCommand* command);

/// See toast_set_key_log. Before any thread drives the engine.
void session_client_set_key_log(SessionClient* client,
                                ToastKeyLog    log,
                                void*          context);

/// What the engine believes of its node's clock. Network thread.
void session_client_clock(const SessionClient* client, ToastClock* out);

// Node

typedef struct SessionNodeConfig {
  unsigned max_users;
  uint16_t node_id;                ///< 10 bits; 0: drawn from the seed
  uint8_t  secret[TOAST_KEY_SIZE]; ///< Ignored when clustered: derived
  uint8_t  seed[32];

  bool    clustered; ///< Together with its siblings it is one node to users
  uint8_t cluster_secret[TOAST_KEY_SIZE];
  char    region[SESSION_MAX_REGION]; ///< Told to siblings; may be empty
  /// Where clients reach this node from outside, the best first; the first
  /// SYNCHUB_MAX_ADDRESSES are told to them. None: they are not sent here.
  unsigned     address_count;
  ToastAddress addresses[SESSION_MAX_ADDRESSES];
} SessionNodeConfig;

typedef struct SessionNode SessionNode;

/// Creates a node engine. Joins and leaves allocate and release; nothing else.
JAM_NODISCARD JamStatus session_node_new(const SessionNodeConfig* config,
                                         const JamAllocator*      allocator,
                                         SessionNode**            out);

/// Releases a node; null is ignored.
void session_node_free(SessionNode* node);

/// Closes every session; the datagrams come with the next outputs.
void session_node_close(SessionNode* node, JamTime now);

/// The five verbs. Network thread.
void    session_node_input(SessionNode*        node,
                           JamTime             now,
                           const ToastAddress* from,
                           const uint8_t*      data,
                           size_t              size);
size_t  session_node_output(SessionNode*  node,
                            JamTime       now,
                            ToastAddress* to,
                            uint8_t*      buffer,
                            size_t        capacity);
JamTime session_node_deadline(const SessionNode* node);
void    session_node_tick(SessionNode* node, JamTime now);

/// Tells how long the datagram that is input next has been waiting on this
/// machine: too old ones are dropped, see toast_set_backlog. Network thread.
void session_node_set_backlog(SessionNode* node, JamTime age);

// A cluster: nodes that share a secret, one room over several of them

/// Sets UTC: microseconds since 1970 at `now`. Call it before anything else and
/// then every few seconds; tickets depend on it. Network thread.
void session_node_set_utc(SessionNode* node, JamTime now, int64_t utc_us);

/// There may be a sibling at this address. Call again while that is so: an
/// address not named for 60 s is not dialled any more. A node's own address is
/// noticed and ignored. Ignored unless clustered. Network thread.
void session_node_sibling(SessionNode*        node,
                          JamTime             now,
                          const ToastAddress* address);

/// Asks everyone to move to a sibling (make before break), and from now on also
/// those who come; where there is no sibling, nobody new is taken. Those who
/// cannot move stay served. Network thread.
void session_node_drain(SessionNode* node, JamTime now);

/// Returns whether a draining node has nobody left: it may be closed.
bool session_node_drained(const SessionNode* node);

/// Fills in the counters of a view. Network thread.
void session_node_view(const SessionNode* node, JamNodeView* out);

#endif // JAM_SESSION_H
