// SPDX-License-Identifier: MIT
// A ring, in the order of time.

#include "toast/refused.h"

#include "toast/ticket.h"

#include <base/time.h>

#include <string.h>

void toast_refused_add(ToastRefused* const refused,
                       const JamTime       now,
                       const uint8_t       id[TOAST_ID_SIZE])
{
  const JamTime life = (TOAST_TICKET_LIFE_US + TOAST_TICKET_AHEAD_US) * JAM_US;
  memcpy(refused->ids[refused->next], id, TOAST_ID_SIZE);
  refused->until[refused->next] = jam_time_add(now, life);
  refused->next                 = (refused->next + 1U) % TOAST_REFUSED;
}

bool toast_refused_has(const ToastRefused* const refused,
                       const JamTime             now,
                       const uint8_t             id[TOAST_ID_SIZE])
{
  for (unsigned i = 0U; i < TOAST_REFUSED; ++i) {
    if (now < refused->until[i] &&
        !memcmp(refused->ids[i], id, TOAST_ID_SIZE)) {
      return true;
    }
  }
  return false;
}
