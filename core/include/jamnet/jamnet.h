// SPDX-License-Identifier: MIT
// JAMNet's public C API: embed a jam client, or a node, in any program.
//
// A Jam is one user's engine. The host owns the audio callback and calls
// jam_process from it; everything else happens on the engine's own network
// thread. No globals: any number of engines may live in one process.
//
//   JamConfig config;
//   jam_config_default(&config);
//   jam_new(&config, &jam);
//   jam_join(jam, "jamnet://192.0.2.7:4460/#KEY.SECRET");
//   ... jam_process(jam, in, out, frames, now) from the audio callback ...
//   jam_free(jam);

#ifndef JAMNET_JAMNET_H
#define JAMNET_JAMNET_H

#include <jamnet/types.h>

#include <stdbool.h>

#if defined(_WIN32)
#  define JAM_API
#else
#  define JAM_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define JAM_MAX_USERS 32U
#define JAM_NAME_SIZE 33U  ///< UTF-8 with terminator
#define JAM_TEXT_SIZE 160U ///< One sentence with terminator
#define JAM_NOTE_SIZE 256U ///< One sentence with names in it
#define JAM_LINK_SIZE 1024U
#define JAM_SECRET_SIZE 44U  ///< 32 bytes in base64url with terminator
#define JAM_MAX_FRAMES 4096U ///< Largest block of one jam_process call

/// How much delay a listener accepts to ride out jitter.
typedef enum JamMode {
  JAM_MODE_TIGHT,  ///< At most 10 ms of buffer
  JAM_MODE_NORMAL, ///< At most 30 ms
  JAM_MODE_SAFE    ///< At most 80 ms
} JamMode;

/// How a band deals with the different delays of its players.
typedef enum JamAlign {
  JAM_ALIGN_LEAST,  ///< Everybody is heard as early as can be
  JAM_ALIGN_COMMON, ///< All as late as the latest: the band is tight
  JAM_ALIGN_BAR     ///< All exactly one bar late, for those too far apart
} JamAlign;

/// Filled by jam_config_default; then change what matters.
typedef struct JamConfig {
  size_t   size; ///< sizeof(JamConfig), set by jam_config_default
  char     name[JAM_NAME_SIZE];
  uint32_t rate_hz;       ///< Of the device: 44100, 48000, 96000, 192000
  uint16_t packet_frames; ///< Samples per packet; 0: one unit (1.33 ms)
  uint8_t  bits;          ///< 16 or 24
  JamMode  mode;
  bool     midi;                 ///< Others may expect MIDI from this player
  const JamAllocator* allocator; ///< Null: the C library
  const char*         key_log; ///< File to which session keys are appended, so
                               ///< that captured packets can be read by
                               ///< whoever has it. Null: never
} JamConfig;

typedef struct Jam Jam;

typedef enum JamState {
  JAM_STATE_IDLE,
  JAM_STATE_CONNECTING,
  JAM_STATE_JOINED,
  JAM_STATE_RECONNECTING, ///< The node went silent; the engine keeps trying
  JAM_STATE_FAILED        ///< See JamView.message; jam_join starts anew
} JamState;

typedef enum JamHealth {
  JAM_HEALTH_OK,
  JAM_HEALTH_WARN,
  JAM_HEALTH_BAD
} JamHealth;

/// One person in the room, as this engine hears and knows them.
typedef struct JamUser {
  uint16_t  id;
  char      name[JAM_NAME_SIZE];
  bool      self;
  bool      locked;      ///< Played bit-exactly; else through the resampler
  bool      midi;        ///< Sends MIDI
  uint32_t  midi_events; ///< Received so far; a change lights the lamp
  uint32_t  midi_late;   ///< Of them, notes that came too late to be played
  JamHealth health;
  char      cause[48];  ///< "Good", "Wi-Fi jitter 18 ms", ...
  char      detail[64]; ///< "48 kHz, loss 0.0 %", ...
  float     peak, rms;  ///< Linear, before the fader
  uint32_t  clips;
  float     gain, pan; ///< As set by commands
  bool      muted;
  float     delay_ms;   ///< Microphone to ear one way, buffers included
  float     network_ms; ///< Of it: on the way
  float     buffer_ms;  ///< Of it: waiting in the jitter buffer here
  float     jitter_ms;  ///< 95th percentile on their path to the node
  float     loss;       ///< Share of packets that never came, last seconds
  uint64_t  lost; ///< Packets missing so far; one that is late still comes off
  uint64_t  played, concealed, longest_gap; ///< Samples
  uint64_t  late;                           ///< Packets that came too late
  uint64_t  bytes;                          ///< Of media received
} JamUser;

/// Where the band is, on the clock it shares.
typedef struct JamTransport {
  bool     known; ///< The clock has been found
  bool     rolling;
  bool     counting; ///< In the bars before the music
  float    bpm;      ///< Quarters per minute
  uint8_t  beats;    ///< In a bar
  uint8_t  unit;     ///< A beat is 1/unit of a whole note
  int32_t  bar;      ///< From 1; lower while counting in
  float    beat;     ///< From 1, with its fraction
  JamAlign align;    ///< The same for everybody
  bool     click;    ///< It is heard here
  float    click_level;
} JamTransport;

/// The engine's present state, for people and programs to look at.
typedef struct JamView {
  JamState state;
  char     message[JAM_TEXT_SIZE]; ///< One sentence on the state
  unsigned user_count;             ///< Includes self, which comes first
  JamUser  users[JAM_MAX_USERS];
  bool     monitor; ///< Self is heard in the mix
  JamMode  mode;
  bool     sending; ///< False while send is muted
  uint32_t rate_hz;
  uint16_t packet_frames;
  uint8_t  bits;
  float    rtt_ms;         ///< To the node
  float    clock_error_us; ///< One sigma, were the path alike both ways
  float clock_bound_ms;   ///< What an unlike path can add: half the least round
                          ///< trip. No clock can see it; trim by ear
  uint64_t     callbacks; ///< Audio callbacks so far: a heartbeat
  uint64_t     overruns;  ///< Blocks lost between the threads
  uint64_t     bytes_sent, bytes_received;
  JamTransport transport;
} JamView;

typedef enum JamCommandKind {
  JAM_COMMAND_GAIN,    ///< user, value 0 .. 2
  JAM_COMMAND_PAN,     ///< user, value -1 .. 1
  JAM_COMMAND_MUTE,    ///< user, flag: not heard here
  JAM_COMMAND_SEND,    ///< flag: the others hear me
  JAM_COMMAND_MONITOR, ///< flag: I hear myself in the mix
  JAM_COMMAND_MODE,    ///< value: a JamMode

  // The transport is everybody's: whoever changes it changes it for all
  JAM_COMMAND_START, ///< value: bars counted in, 0 .. 8
  JAM_COMMAND_STOP,
  JAM_COMMAND_LOCATE, ///< value: bar, from 1
  JAM_COMMAND_TEMPO,  ///< value: quarters per minute, 20 .. 400
  JAM_COMMAND_METRE,  ///< value: beats in a bar; unit: 1, 2, 4, 8 or 16
  JAM_COMMAND_ALIGN,  ///< value: a JamAlign
  JAM_COMMAND_TAP,    ///< time: when; the third sets the tempo
  JAM_COMMAND_CLICK   ///< flag: heard here; value: level, 0 .. 1
} JamCommandKind;

/// A wish, carried out by the engine soon. User ids as in JamUser; 0 is self.
typedef struct JamCommand {
  JamCommandKind kind;
  uint16_t       user;
  float          value;
  bool           flag;
  uint8_t        unit;
  JamTime        time; ///< Monotonic clock; 0: now
} JamCommand;

/// A short MIDI message. For jam_midi_push, `time` is when it was played; from
/// jam_midi_pull, when it is due. Monotonic clock, ns. A system exclusive
/// message comes in pieces of up to three bytes, one after the other: the first
/// begins with F0, the last ends with F7.
typedef struct JamMidiEvent {
  JamTime  time;
  uint16_t user; ///< Who played it; ignored by jam_midi_push
  uint8_t  size;
  uint8_t  bytes[3];
} JamMidiEvent;

/// Returns the version of the library, as "0.1.0". Any thread.
JAM_API const char* jam_version(void);

/// Returns one sentence for a status, without a final period. Any thread.
JAM_API const char* jam_status_text(JamStatus status);

/// Returns the monotonic clock that every JamTime here refers to. Any thread;
/// safe in an audio callback (no system call where the kernel maps the clock).
JAM_API JamTime jam_now(void) JAM_RT;

/// Fills a configuration that works: "Player", 48 kHz, 24 bit, normal mode,
/// with MIDI.
JAM_API void jam_config_default(JamConfig* config);

/// Creates an engine; all memory it uses while playing is taken here.
/// Returns JAM_ERR_ARGUMENT (rate, bits, packet size), JAM_ERR_MEMORY or
/// JAM_ERR_CRYPTO.
JAM_API JAM_NODISCARD JamStatus jam_new(const JamConfig* config, Jam** out);

/// Leaves, stops the network thread and releases everything; null is fine. The
/// audio callback must have stopped calling in.
JAM_API void jam_free(Jam* jam);

/// Goes to the room behind an invite link. Returns at once: progress shows in
/// JamView. Returns JAM_ERR_FORMAT (not a link), JAM_ERR_NOT_FOUND (no address
/// of it resolves), JAM_ERR_NETWORK or JAM_ERR_STATE (already in a room).
JAM_API JAM_NODISCARD JamStatus jam_join(Jam* jam, const char* link);

/// Says goodbye and goes back to idle. Setup thread.
JAM_API void jam_leave(Jam* jam);

/// Exchanges one block with the jam: `in` is what the microphone gave, `out`
/// receives the mix. `frames` <= JAM_MAX_FRAMES may vary from call to call.
/// `in` may be null (silence); `out_channels` is 1 or 2, planar; `when` is
/// jam_now() at the start of the callback. Audio thread; real-time safe.
JAM_API void jam_process(Jam*          jam,
                         const float*  in,
                         float* const* out,
                         unsigned      out_channels,
                         unsigned      frames,
                         JamTime       when) JAM_RT;

/// Sends a MIDI message. False when it is not valid or the ring is full. One
/// thread at a time (the MIDI input callback); real-time safe.
JAM_API bool jam_midi_push(Jam* jam, const JamMidiEvent* event) JAM_RT;

/// Takes the next received MIDI message, early enough for its due time. False
/// when there is none. One thread at a time; real-time safe.
JAM_API bool jam_midi_pull(Jam* jam, JamMidiEvent* out) JAM_RT;

/// Copies the newest view. One thread at a time (the user interface).
JAM_API void jam_view(Jam* jam, JamView* out);

/// Queues a command. False when the ring is full. One thread at a time.
JAM_API bool jam_command(Jam* jam, const JamCommand* command);

// A node in this process, for hosting a jam

typedef struct JamNode JamNode;

/// Filled by jam_node_config_default; then change what matters. Text is read
/// while starting and not kept; null is as good as empty.
///
/// Nodes that share a cluster secret are one node to their users: each reaches
/// the others, a room may span several, and one invite fits all.
typedef struct JamNodeConfig {
  size_t      size;   ///< sizeof(JamNodeConfig), set by the default call
  const char* listen; ///< "HOST:PORT,HOST:PORT", at most 4; "0.0.0.0:4460"

  // The node's key: from at most one of these; from none, a key for now
  const char* key_file;       ///< Made (mode 0600) if missing
  const char* cluster_file;   ///< The cluster secret (mode 0600)
  const char* cluster_secret; ///< The same as text; wipe it after starting

  const char* peers;    ///< "HOST:PORT,..." of siblings
  const char* discover; ///< The same: every address of these names, as they
                        ///< come and go, is a sibling's
  const char* address;  ///< "HOST:PORT,..." where users reach this node; the
                        ///< first address of each name counts
  const char* region;   ///< Told to siblings, up to 15 characters
  uint16_t    node_id;  ///< 1 .. 1023, unique in a cluster; 0: drawn
  unsigned    max_users;

  char* note; ///< Null, or room for JAM_NOTE_SIZE: one sentence on what failed
              ///< or is worth telling, else empty
  const JamAllocator* allocator;
} JamNodeConfig;

/// Datagrams that were no use, by cause. None of them is an error.
typedef struct JamNodeRejected {
  uint64_t malformed; ///< Wrong size, type or version
  uint64_t unknown;   ///< Of no session here
  uint64_t unsealed;  ///< Forged, damaged or sealed by a stale key
  uint64_t replayed;  ///< Came before
  uint64_t full;      ///< A newcomer found no room
  uint64_t misplaced; ///< Sealed by a user, but nothing they may send
} JamNodeRejected;

/// What a node is doing, for printing.
typedef struct JamNodeView {
  unsigned        users, rooms;
  unsigned        siblings; ///< Reached now
  bool            draining;
  uint64_t        datagrams_in, datagrams_out, bytes_in, bytes_out;
  uint64_t        rejected; ///< All causes
  JamNodeRejected rejected_by;
  JamTime         heartbeat;    ///< When the network thread last turned
  JamTime         longest_turn; ///< Since the view was last read
} JamNodeView;

/// What a configuration comes to, without running it.
typedef struct JamNodeFacts {
  char listen[JAM_NOTE_SIZE];       ///< Addresses that can be bound
  char key[JAM_SECRET_SIZE];        ///< Public key as in invites; empty: not
                                    ///< made yet, or a key for now
  char     address[JAM_NOTE_SIZE];  ///< As users will be told
  char     siblings[JAM_LINK_SIZE]; ///< Addresses found so far, cut if many
  unsigned sibling_count;
  bool     clustered;
} JamNodeFacts;

/// Fills a configuration that works.
JAM_API void jam_node_config_default(JamNodeConfig* config);

/// Binds and starts a node on a thread of its own. `config->note` explains.
/// Returns JAM_ERR_ARGUMENT (a text or number out of range), JAM_ERR_NOT_FOUND
/// (an address is not of this machine, or a name unknown), JAM_ERR_IN_USE,
/// JAM_ERR_FILE (a key file), JAM_ERR_CRYPTO (its content),
/// JAM_ERR_UNSUPPORTED (no IPv6 here), JAM_ERR_NETWORK or JAM_ERR_MEMORY.
JAM_API JAM_NODISCARD JamStatus jam_node_start(const JamNodeConfig* config,
                                               JamNode**            out);

/// Does all that jam_node_start does but running and making files, and lets go
/// again. Also wants every peer to resolve. Returns the same.
JAM_API JAM_NODISCARD JamStatus jam_node_check(const JamNodeConfig* config,
                                               JamNodeFacts*        out);

/// Tells everyone, stops the thread and releases the node; null is fine.
JAM_API void jam_node_stop(JamNode* node);

/// Lets nobody new in and asks everyone to move to a sibling. Any thread.
JAM_API void jam_node_drain(JamNode* node);

/// Returns whether a draining node has nobody left. Any thread.
JAM_API bool jam_node_drained(const JamNode* node);

/// Returns the UDP port the node's first socket is bound to.
JAM_API uint16_t jam_node_port(const JamNode* node);

/// Writes the addresses the node is bound to, as "ADDR:PORT, ADDR:PORT", cut
/// to `capacity`. Any thread.
JAM_API void
jam_node_addresses(const JamNode* node, char* out, size_t capacity);

/// Returns when the network thread last turned: it does several times each
/// second, or is stuck. Any thread.
JAM_API JamTime jam_node_heartbeat(const JamNode* node);

/// Copies the newest view. One thread at a time.
JAM_API void jam_node_view(JamNode* node, JamNodeView* out);

/// Writes an invite link for a fresh room of this node. `addresses` lists
/// "HOST:PORT" separated by commas; the room secret is drawn here and is
/// nowhere else. Returns JAM_ERR_ARGUMENT or JAM_ERR_FULL.
JAM_API JAM_NODISCARD JamStatus jam_node_invite(const JamNode* node,
                                                const char*    addresses,
                                                char*          out,
                                                size_t         capacity);

/// The same for a node that is not running here, from its configuration: its
/// key and `address`. Makes a missing key file.
JAM_API JAM_NODISCARD JamStatus jam_invite(const JamNodeConfig* config,
                                           char*                out,
                                           size_t               capacity);

/// Draws a secret, fit for a key file or a cluster. Any thread.
/// Returns JAM_ERR_CRYPTO if there is no randomness to be had.
JAM_API JAM_NODISCARD JamStatus jam_new_secret(char out[JAM_SECRET_SIZE]);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // JAMNET_JAMNET_H
