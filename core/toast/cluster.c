// SPDX-License-Identifier: MIT
// Keys of a cluster.

#include "toast/cluster.h"

#include "toast/toast_wire.h"

#include <sodium.h>

#include <string.h>

#define MAX_TEXT 32U

static void derive(const uint8_t     secret[TOAST_KEY_SIZE],
                   const char* const text,
                   const uint32_t    number,
                   uint8_t           out[TOAST_KEY_SIZE])
{
  uint8_t      input[MAX_TEXT + 4U];
  const size_t size = strlen(text);
  memcpy(input, text, size);
  toast_put32(input + size, number);
  (void)crypto_generichash(out,
                           TOAST_KEY_SIZE,
                           input,
                           size + 4U,
                           secret,
                           TOAST_KEY_SIZE);
}

void toast_cluster_node_secret(const uint8_t cluster_secret[TOAST_KEY_SIZE],
                               uint8_t       out[TOAST_KEY_SIZE])
{
  derive(cluster_secret, "toast node", 0U, out);
}

void toast_cluster_sibling_key(const uint8_t secret[TOAST_KEY_SIZE],
                               uint8_t       out[TOAST_KEY_SIZE])
{
  derive(secret, "toast sibling", 0U, out);
}

void toast_cluster_ticket_key(const uint8_t  secret[TOAST_KEY_SIZE],
                              const uint32_t hour,
                              uint8_t        out[TOAST_KEY_SIZE])
{
  derive(secret, "toast ticket", hour, out);
}
