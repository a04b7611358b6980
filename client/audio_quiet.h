// SPDX-License-Identifier: MIT
// Keeping libraries from printing: they report dozens of harmless findings
// while they look around for devices.

#ifndef JAM_CLIENT_AUDIO_QUIET_H
#define JAM_CLIENT_AUDIO_QUIET_H

/// Sends stderr of the whole process nowhere, and stops what JACK prints, which
/// it does later and from a thread of its own. Returns what `end` takes.
int audio_quiet_begin(void);

/// Restores stderr.
void audio_quiet_end(int kept);

#endif // JAM_CLIENT_AUDIO_QUIET_H
