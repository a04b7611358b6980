// SPDX-License-Identifier: MIT
// The list of siblings inside its message. Private to the module.

#ifndef JAM_SYNCHUB_SIBLINGS_H
#define JAM_SYNCHUB_SIBLINGS_H

#include "synchub/synchub.h"
#include "wire/wire.h"

/// Writes the members of a SIBLINGS message.
void synchub_siblings_put(WireWriter* writer, const SynchubMessage* message);

/// Reads them; false for anything else, longer lists included.
bool synchub_siblings_read(const struct cJSON* body, SynchubMessage* out);

#endif // JAM_SYNCHUB_SIBLINGS_H
