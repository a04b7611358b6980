// SPDX-License-Identifier: MIT
// The shared transport inside its messages. Private to the module.

#ifndef JAM_SYNCHUB_TRANSPORT_TEXT_H
#define JAM_SYNCHUB_TRANSPORT_TEXT_H

#include "synchub/synchub.h"
#include "wire/wire.h"

/// Writes the members of a TRANSPORT message.
void synchub_transport_put(WireWriter* writer, const SynchubMessage* message);

/// Reads them; false for anything that cannot be.
bool synchub_transport_read(const struct cJSON* body, SynchubMessage* out);

/// The same for a RULER message.
void synchub_ruler_put(WireWriter* writer, const SynchubMessage* message);
bool synchub_ruler_read(const struct cJSON* body, SynchubMessage* out);

#endif // JAM_SYNCHUB_TRANSPORT_TEXT_H
