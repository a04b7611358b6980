// SPDX-License-Identifier: MIT
// The only impure folder: sockets, the clock, randomness, files, threads, and
// the loop that drives an engine. POSIX.

#ifndef JAM_IO_H
#define JAM_IO_H

#include "session/session.h"
#include "toast/toast.h"

#include <jamnet/types.h>

#include <stdbool.h>

/// Returns the monotonic clock (CLOCK_MONOTONIC). Any thread; no system call
/// where the kernel maps the clock into the process.
JamTime io_now(void) JAM_RT;

/// Fills a buffer with secret random bytes of the system. Any thread.
/// Returns JAM_ERR_CRYPTO if there are none to be had.
JAM_NODISCARD JamStatus io_random(uint8_t* out, size_t size);

/// Returns UTC in microseconds since 1970. It may step; nothing but tickets
/// that pass between machines may depend on it. Any thread.
int64_t io_utc_us(void);

/// Translates the errno of a failed system call.
JamStatus io_status(int error);

/// Reads a secret key from a file: one line of base64url. Returns
/// JAM_ERR_NOT_FOUND, JAM_ERR_FILE (unreadable, or others may read it) or
/// JAM_ERR_CRYPTO (not a key).
JAM_NODISCARD JamStatus io_key_read(const char* path,
                                    uint8_t     out[TOAST_KEY_SIZE]);

/// The same; a missing file is made (mode 0600) with a fresh key.
JAM_NODISCARD JamStatus io_key_file(const char* path,
                                    uint8_t     out[TOAST_KEY_SIZE]);

/// Opens a file that lines with session keys are appended to; it is made with
/// mode 0600. Returns JAM_ERR_FILE (cannot be written, or others may read it).
JAM_NODISCARD JamStatus io_key_log_open(const char* path, int* out);

/// Appends a line. What cannot be written is lost.
void io_key_log_write(int log, const char* line);

/// Closes the file; -1 is ignored.
void io_key_log_close(int log);

/// Finds the addresses of a host; IPv4 first, since every node has it. May wait
/// for the network. Returns JAM_ERR_NOT_FOUND if there are none.
JAM_NODISCARD JamStatus io_resolve(const SessionHost* host,
                                   ToastAddress*      out,
                                   unsigned           capacity,
                                   unsigned*          out_count);

/// Reads "HOST:PORT,HOST:PORT" into at most `capacity` hosts. Any thread.
/// Returns JAM_ERR_ARGUMENT (not such a list) or JAM_ERR_FULL.
JAM_NODISCARD JamStatus io_hosts_parse(const char*  list,
                                       SessionHost* out,
                                       unsigned     capacity,
                                       unsigned*    out_count);

#define IO_ADDRESS_SIZE 56U ///< "[IPV6]:PORT" with terminator

/// Writes an address as people write it. Any thread.
void io_address_write(const ToastAddress* address, char out[IO_ADDRESS_SIZE]);

// UDP

#define IO_MAX_SOCKETS 4U ///< Of one loop

typedef struct IoSocket {
  int          fd;      ///< -1: closed
  bool         v4, v6;  ///< The kinds of addresses it can send to
  ToastAddress address; ///< As bound
} IoSocket;

/// Opens a non-blocking socket, marked for low delay (DSCP EF) and never
/// fragmenting. Null binds any address and port. A socket on [::] also speaks
/// IPv4, unless `v6_only`.
/// Returns JAM_ERR_IN_USE, JAM_ERR_NOT_FOUND (not an address of this machine),
/// JAM_ERR_UNSUPPORTED (no IPv6 here) or JAM_ERR_NETWORK.
JAM_NODISCARD JamStatus io_socket_open(IoSocket*           socket,
                                       const ToastAddress* bind_to,
                                       bool                v6_only);

/// Opens the sockets of a list "HOST:PORT,HOST:PORT". Names are resolved now;
/// the two that only Fly.io knows stand for all addresses of their family
/// elsewhere. [::] leaves IPv4 to another entry if there is one. `note`
/// receives one sentence on what failed or was replaced; else it is empty.
/// Setup thread. Returns what io_socket_open does, or JAM_ERR_ARGUMENT; after
/// an error every socket is closed.
JAM_NODISCARD JamStatus io_listen(const char* list,
                                  IoSocket    out[IO_MAX_SOCKETS],
                                  unsigned*   out_count,
                                  char        note[JAM_NOTE_SIZE]);

/// Closes a socket; a closed one is ignored.
void io_socket_close(IoSocket* socket);

/// Has the system note when datagrams arrive, from now on.
void io_socket_note_arrivals(const IoSocket* socket);

/// Receives one datagram. Returns its size, or -1 when none is waiting. Longer
/// ones than `capacity` come cut. `age`: how long it has been waiting, 0 if
/// nobody noted it.
long io_socket_receive(const IoSocket* socket,
                       ToastAddress*   from,
                       uint8_t*        buffer,
                       size_t          capacity,
                       JamTime*        age);

/// Sends one datagram from the first of `count` sockets that speaks the
/// family of `to`; what the system cannot take is lost, as on the way.
void io_socket_send(const IoSocket*     sockets,
                    unsigned            count,
                    const ToastAddress* to,
                    const uint8_t*      data,
                    size_t              size);

// The loop

/// An engine as the loop sees it: the five verbs without events.
/// `backlog` makes it a relay, may be null: it is told before each input how
/// long that datagram has been waiting on this machine, and when turns cannot
/// keep up, the loop waits 200 or 500 us for more to come before a turn.
typedef struct IoEngine {
  void* context;
  void (*input)(void*               context,
                JamTime             now,
                const ToastAddress* from,
                const uint8_t*      data,
                size_t              size);
  size_t (*output)(void*         context,
                   JamTime       now,
                   ToastAddress* to,
                   uint8_t*      buffer,
                   size_t        capacity);
  JamTime (*deadline)(const void* context);
  void (*tick)(void* context, JamTime now);
  void (*backlog)(void* context, JamTime age);
} IoEngine;

typedef struct IoLoop IoLoop;

/// Starts a network thread that drives `engine` on 1 .. IO_MAX_SOCKETS sockets,
/// which it borrows. The thread asks for real-time scheduling and goes on
/// without it. Returns JAM_ERR_ARGUMENT, JAM_ERR_MEMORY or JAM_ERR_NETWORK.
JAM_NODISCARD JamStatus io_loop_start(const JamAllocator* allocator,
                                      const IoSocket*     sockets,
                                      unsigned            count,
                                      const IoEngine*     engine,
                                      IoLoop**            out);

/// Makes the thread call tick soon. Any thread; not real-time safe.
void io_loop_wake(IoLoop* loop);

/// Returns when the thread last began a turn: input, tick, output. Any thread.
JamTime io_loop_heartbeat(const IoLoop* loop);

/// Returns the longest turn since this was last asked. One thread at a time.
JamTime io_loop_longest_turn(IoLoop* loop);

/// Returns how long the loop of a relay waits for more now: 0 at light load.
/// Any thread.
JamTime io_loop_wait(const IoLoop* loop);

/// Ends the thread after a last tick and output; null is ignored.
void io_loop_stop(IoLoop* loop);

// Discovery

#define IO_MAX_PEERS 64U ///< Names of other nodes

typedef struct IoDiscovery IoDiscovery;

/// Starts a thread that resolves `hosts` now and then every `period`: names
/// may take seconds, which the network thread does not have, and addresses
/// change. Returns JAM_ERR_ARGUMENT, JAM_ERR_MEMORY or JAM_ERR_NETWORK.
JAM_NODISCARD JamStatus io_discovery_start(const SessionHost* hosts,
                                           unsigned           count,
                                           JamTime            period,
                                           IoDiscovery**      out);

/// Takes the next address found, every one anew after each round. Null has
/// none. One reading thread.
bool io_discovery_next(IoDiscovery* discovery, ToastAddress* out);

/// Lets the thread end when it can, without waiting for it: a resolver may be
/// stuck. Null is ignored.
void io_discovery_stop(IoDiscovery* discovery);

#endif // JAM_IO_H
