// SPDX-License-Identifier: MIT
// At which addresses others could reach a jam hosted here.

#ifndef JAM_CLIENT_ADDRESSES_H
#define JAM_CLIENT_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

/// Writes "HOST:PORT,HOST:PORT,...": `public_address` first if given, then this
/// machine's own, loopback last. At most eight.
void client_addresses(const char* public_address,
                      uint16_t    port,
                      char*       out,
                      size_t      capacity);

#endif // JAM_CLIENT_ADDRESSES_H
