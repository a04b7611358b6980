// SPDX-License-Identifier: MIT
// What client and node engine share: how a message of the hub is sent.

#ifndef JAM_SESSION_MESSAGE_H
#define JAM_SESSION_MESSAGE_H

#include "synchub/synchub.h"
#include "toast/toast.h"

// Sends a message. Fails only for a peer that has 64 messages to acknowledge:
// its session is about to end anyway.
void session_message_send(ToastEndpoint*        endpoint,
                          JamTime               now,
                          ToastSession          to,
                          const SynchubMessage* message);

#endif // JAM_SESSION_MESSAGE_H
