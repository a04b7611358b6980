// SPDX-License-Identifier: MIT
// When a block of JACK really began: the callback itself starts as late as the
// machine lets it, and that noise would have to be filtered out again.

#ifndef JAM_CLIENT_AUDIO_CYCLE_H
#define JAM_CLIENT_AUDIO_CYCLE_H

#include <jamnet/types.h>

/// Becomes a client that only asks for the time, for those whose library keeps
/// its own client to itself. Null without JACK. Setup thread.
void* audio_cycle_open(const char* name);

/// Ends that; null is fine. Helper threads only, as it may hang.
void audio_cycle_close(void* client);

/// Returns the start of the present block as JACK's own loop has smoothed it;
/// jam_now() without JACK or with a null client. Audio thread.
JamTime audio_cycle_start(void* client);

#endif // JAM_CLIENT_AUDIO_CYCLE_H
