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

/// Translates the errno of a failed system call.
JamStatus io_status(int error);

/// Reads a node's secret key from a file, or makes both (mode 0600).
/// Returns JAM_ERR_FILE (unreadable, or others may read it) or JAM_ERR_CRYPTO
/// (not a key).
JAM_NODISCARD JamStatus io_key_file(const char* path,
                                    uint8_t     out[TOAST_KEY_SIZE]);

/// Finds the addresses of a host; IPv4 first, since every node has it. May wait
/// for the network. Returns JAM_ERR_NOT_FOUND if there are none.
JAM_NODISCARD JamStatus io_resolve(const SessionHost* host,
                                   ToastAddress*      out,
                                   unsigned           capacity,
                                   unsigned*          out_count);

// UDP

typedef struct IoSocket {
  int      fd; ///< -1: closed
  bool     v4; ///< An IPv4 socket; else IPv6 that also speaks IPv4
  uint16_t port;
} IoSocket;

/// Opens a non-blocking socket, marked for low delay (DSCP EF) and never
/// fragmenting. Null binds any address and port.
/// Returns JAM_ERR_IN_USE, JAM_ERR_NOT_FOUND (not an address of this machine)
/// or JAM_ERR_NETWORK.
JAM_NODISCARD JamStatus io_socket_open(IoSocket*           socket,
                                       const ToastAddress* bind_to);

/// Closes a socket; a closed one is ignored.
void io_socket_close(IoSocket* socket);

/// Receives one datagram. Returns its size, or -1 when none is waiting. Longer
/// ones than `capacity` come cut.
long io_socket_receive(const IoSocket* socket,
                       ToastAddress*   from,
                       uint8_t*        buffer,
                       size_t          capacity);

/// Sends one datagram; what the system cannot take is lost, as on the way.
void io_socket_send(const IoSocket*     socket,
                    const ToastAddress* to,
                    const uint8_t*      data,
                    size_t              size);

// The loop

/// An engine as the loop sees it: the five verbs without events.
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
} IoEngine;

typedef struct IoLoop IoLoop;

/// Starts a network thread that drives `engine` on `socket` (which it borrows).
/// The thread asks for real-time scheduling and goes on without it.
/// Returns JAM_ERR_MEMORY or JAM_ERR_NETWORK.
JAM_NODISCARD JamStatus io_loop_start(const JamAllocator* allocator,
                                      const IoSocket*     socket,
                                      const IoEngine*     engine,
                                      IoLoop**            out);

/// Makes the thread call tick soon. Any thread; not real-time safe.
void io_loop_wake(IoLoop* loop);

/// Ends the thread after a last tick and output; null is ignored.
void io_loop_stop(IoLoop* loop);

#endif // JAM_IO_H
