// SPDX-License-Identifier: MIT
// The keys of a resumption. Caller and node share the resume secret of the
// former session, which the ticket carries to the node.
//
// What the caller sends before it hears of the node is under a key of its own
// fresh ephemeral key and the node's id: no two resumptions share a key. A node
// seals only under keys into which its own fresh ephemeral key went, too: so
// replays of a RESUME cannot make it use a key twice.

#ifndef JAM_TOAST_RESUME_KEYS_H
#define JAM_TOAST_RESUME_KEYS_H

#include "toast/toast.h"

typedef struct ToastResumeKeys {
  uint8_t up[TOAST_KEY_SIZE];     ///< Short packets of the caller
  uint8_t down[TOAST_KEY_SIZE];   ///< Short packets of the node
  uint8_t answer[TOAST_KEY_SIZE]; ///< The RESUMED, one message
  uint8_t secret[TOAST_KEY_SIZE]; ///< Resume secret of the new session
} ToastResumeKeys;

/// Derives the key of RESUMEs: `first` is the caller's public ephemeral key.
void toast_resume_early_key(const uint8_t secret[TOAST_KEY_SIZE],
                            const uint8_t first[TOAST_KEY_SIZE],
                            uint16_t      node_id,
                            uint8_t       out[TOAST_KEY_SIZE]);

/// Derives the keys that follow: `second` is the node's public ephemeral key,
/// `own` and `theirs` are the ephemeral secret here and the public one there.
/// False if theirs is unusable.
bool toast_resume_keys(const uint8_t    secret[TOAST_KEY_SIZE],
                       const uint8_t    first[TOAST_KEY_SIZE],
                       const uint8_t    second[TOAST_KEY_SIZE],
                       const uint8_t    own[TOAST_KEY_SIZE],
                       const uint8_t    theirs[TOAST_KEY_SIZE],
                       ToastResumeKeys* out);

#endif // JAM_TOAST_RESUME_KEYS_H
