// SPDX-License-Identifier: MIT
// Sealing and opening tickets. Times inside are whole seconds.

#include "toast/ticket.h"

#include "toast/cluster.h"
#include "toast/toast_wire.h"

#include <sodium.h>

#include <string.h>

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)

_Static_assert(TOAST_TICKET_SIZE == TOAST_WIRE_TICKET_BYTES, "wire layout");

// Of UTC; before 1970 there are no tickets
static uint32_t hour_of(const int64_t utc_us)
{
  return utc_us > 0 ? (uint32_t)(utc_us / HOUR_US) : 0U;
}

void toast_ticket_seal(const uint8_t    cluster_secret[TOAST_KEY_SIZE],
                       ToastDrbg* const drbg,
                       const int64_t    utc_us,
                       const ToastTicketContent* const content,
                       uint8_t                         out[TOAST_TICKET_SIZE])
{
  uint8_t key[TOAST_KEY_SIZE];
  uint8_t plain[TOAST_WIRE_TICKET_PAYLOAD];
  memcpy(plain, content->identity.id, TOAST_ID_SIZE);
  toast_put32(plain + 8, content->identity.epoch);
  memcpy(plain + 12, content->secret, TOAST_KEY_SIZE);
  toast_put32(plain + 44, (uint32_t)(utc_us / SECOND_US));
  out[0] = (uint8_t)hour_of(utc_us);
  toast_drbg_draw(drbg,
                  out + TOAST_WIRE_TICKET_NONCE,
                  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  toast_cluster_ticket_key(cluster_secret, hour_of(utc_us), key);
  (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
    out + TOAST_WIRE_TICKET_SEALED,
    NULL,
    plain,
    sizeof(plain),
    out,
    1U,
    NULL,
    out + TOAST_WIRE_TICKET_NONCE,
    key);
  sodium_memzero(plain, sizeof(plain));
  sodium_memzero(key, sizeof(key));
}

// The hour a valid ticket was issued in; false if its mark fits none
static bool
find_hour(const uint8_t mark, const int64_t utc_us, uint32_t* const out)
{
  const uint32_t first = hour_of(utc_us - TOAST_TICKET_LIFE_US);
  const uint32_t last  = hour_of(utc_us + TOAST_TICKET_AHEAD_US);
  for (uint32_t hour = first; hour <= last; ++hour) {
    if ((uint8_t)hour == mark) {
      *out = hour;
      return true;
    }
  }
  return false;
}

JamStatus toast_ticket_open(const uint8_t       cluster_secret[TOAST_KEY_SIZE],
                            const int64_t       utc_us,
                            const uint8_t       ticket[TOAST_TICKET_SIZE],
                            ToastTicketContent* out)
{
  uint8_t  key[TOAST_KEY_SIZE];
  uint8_t  plain[TOAST_WIRE_TICKET_PAYLOAD];
  uint32_t hour = 0U;
  if (!find_hour(ticket[0], utc_us, &hour)) {
    return JAM_ERR_STATE;
  }
  toast_cluster_ticket_key(cluster_secret, hour, key);
  const bool genuine = crypto_aead_xchacha20poly1305_ietf_decrypt(
                         plain,
                         NULL,
                         NULL,
                         ticket + TOAST_WIRE_TICKET_SEALED,
                         TOAST_TICKET_SIZE - TOAST_WIRE_TICKET_SEALED,
                         ticket,
                         1U,
                         ticket + TOAST_WIRE_TICKET_NONCE,
                         key) == 0;
  sodium_memzero(key, sizeof(key));
  if (!genuine) {
    return JAM_ERR_CRYPTO;
  }
  memcpy(out->identity.id, plain, TOAST_ID_SIZE);
  out->identity.epoch = toast_get32(plain + 8);
  memcpy(out->secret, plain + 12, TOAST_KEY_SIZE);
  const int64_t age = utc_us - toast_get32(plain + 44) * SECOND_US;
  sodium_memzero(plain, sizeof(plain));
  return age >= -TOAST_TICKET_AHEAD_US && age <= TOAST_TICKET_LIFE_US
           ? JAM_OK
           : JAM_ERR_STATE;
}
