// SPDX-License-Identifier: MIT
// What is sent in a jam, as a capture file for packet analysers, and the
// players' keys to read it with.

#ifndef JAM_SIM_CAPTURE_H
#define JAM_SIM_CAPTURE_H

#include "toast/toast.h"

#include <stdio.h>

typedef struct SimCapture {
  FILE* packets; ///< Null: none
  FILE* keys;    ///< Null: none
} SimCapture;

/// Opens the files; null names are left out. False if one cannot be written.
bool sim_capture_open(SimCapture* capture,
                      const char* packets,
                      const char* keys);

/// Closes them; false if something could not be written.
bool sim_capture_close(SimCapture* capture);

/// Writes a datagram sent at true time `now`.
void sim_capture_packet(SimCapture*         capture,
                        JamTime             now,
                        const ToastAddress* from,
                        const ToastAddress* to,
                        const uint8_t*      data,
                        size_t              size);

/// A ToastKeyLog; `capture` is a SimCapture.
void sim_capture_key(void* capture, const char* line);

#endif // JAM_SIM_CAPTURE_H
