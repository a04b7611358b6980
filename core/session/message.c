// SPDX-License-Identifier: MIT
// A message of the hub, as a frame.

#include "session/message.h"

void session_message_send(ToastEndpoint* const        endpoint,
                          const JamTime               now,
                          const ToastSession          to,
                          const SynchubMessage* const message)
{
  char             text[SYNCHUB_MAX_MESSAGE];
  const size_t     size  = synchub_message_write(message, text, sizeof(text));
  const ToastFrame frame = {TOAST_FRAME_EVENT,
                            0U,
                            0U,
                            (const uint8_t*)text,
                            size};
  (void)!toast_send(endpoint, now, to, &frame);
}
