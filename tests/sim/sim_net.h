// SPDX-License-Identifier: MIT
// Hosts, their addresses, and datagrams on the way between them.

#ifndef JAM_SIM_NET_H
#define JAM_SIM_NET_H

#include "sim/sim_capture.h"
#include "sim/sim_link.h"
#include "sim/sim_world.h"

#include "toast/toast.h"

#define SIM_MAX_HOSTS 64U

/// A datagram has arrived; `data` is valid during the call.
typedef void (*SimReceive)(void*               context,
                           const ToastAddress* from,
                           const uint8_t*      data,
                           size_t              size);

typedef struct SimHost {
  ToastAddress address; ///< As the others see it
  SimReceive   receive;
  void*        context;
  uint64_t     bytes_in, datagrams_in;
} SimHost;

typedef struct SimDatagram {
  ToastAddress from, to;
  uint32_t     size;
  uint32_t     next_free;
  uint8_t      data[TOAST_MAX_DATAGRAM];
} SimDatagram;

typedef struct SimNet {
  SimWorld*    world;
  uint64_t     seed;
  uint64_t     hash; ///< Of every datagram delivered, where and when
  unsigned     host_count;
  SimHost      hosts[SIM_MAX_HOSTS];
  SimLink*     links; // [from * SIM_MAX_HOSTS + to]
  SimDatagram* flying;
  uint32_t     flying_count, first_free;
  uint64_t     delivered, unreachable;
  SimCapture*  capture; // Null: none
} SimNet;

/// Starts an empty network in a world.
void sim_net_init(SimNet* net, SimWorld* world, uint64_t seed);

/// Releases it. The world must not run any more.
void sim_net_deinit(SimNet* net);

/// Adds a host. Returns its number; its links to all others have no faults and
/// 0.1 ms.
unsigned sim_net_add(SimNet* net, SimReceive receive, void* context);

/// Replaces the link from one host to another.
void sim_net_link(SimNet*              net,
                  unsigned             from,
                  unsigned             to,
                  const SimLinkConfig* config);

/// Returns the link from one host to another.
SimLink* sim_net_find(SimNet* net, unsigned from, unsigned to);

/// Sends a datagram now. Unknown addresses lead nowhere.
void sim_net_send(SimNet*             net,
                  unsigned            from,
                  const ToastAddress* to,
                  const uint8_t*      data,
                  size_t              size);

/// Gives a host another outer port, as a home router does after a pause; what
/// is sent to the old one is lost.
void sim_net_rebind(SimNet* net, unsigned host);

/// Fills in host number `host`'s present address.
void sim_net_address(const SimNet* net, unsigned host, ToastAddress* out);

#endif // JAM_SIM_NET_H
