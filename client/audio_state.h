// SPDX-License-Identifier: MIT
// The state behind an Audio, and its helper threads. For audio.c and
// audio_helper.c only.

#ifndef JAM_CLIENT_AUDIO_STATE_H
#define JAM_CLIENT_AUDIO_STATE_H

#include "audio_driver.h"

#include <pthread.h>

typedef enum AudioPhase {
  AUDIO_PHASE_OPEN,
  AUDIO_PHASE_PLAYING,
  AUDIO_PHASE_LOST, ///< Gone; a helper looks for it
  AUDIO_PHASE_STOPPED
} AudioPhase;

struct Audio {
  AudioConfig        config;
  AudioInfo          info;
  const AudioDriver* driver; ///< Null while lost for good
  void*              port;   ///< Null while lost
  AudioGate          gate;
  AudioPhase         phase;
  unsigned           pass;     ///< Of the present port
  JamTime            started;  ///< For a first block that never comes
  JamTime            next_try; ///< Of reopening
  char               trouble[AUDIO_NOTE_SIZE]; ///< The last one reported
  bool               patient; ///< Reopening has to wait for the closing
  bool               opening; ///< A helper is reopening
  bool               end_reported;

  // Shared with helpers, under `lock`
  pthread_mutex_t lock;
  pthread_cond_t  changed;
  unsigned        helpers;  ///< Threads at work, or stuck
  bool            unclean;  ///< A library could not be left in order
  bool            answered; ///< A start or reopen has come to an end
  void*           opened;   ///< Its port, or null and
  char            answer[AUDIO_NOTE_SIZE]; ///< one sentence
};

typedef enum AudioJob {
  AUDIO_JOB_START, ///< Starts `port`
  AUDIO_JOB_OPEN,  ///< Opens and starts a port; the rate must be as before
  AUDIO_JOB_CLOSE
} AudioJob;

/// Prepares the part shared with helpers. False when the system refuses.
bool audio_helper_init(Audio* audio);

/// Releases that part; no helper may be left.
void audio_helper_deinit(Audio* audio);

/// Lets a helper thread do a job. False when no thread can be made.
bool audio_helper_begin(Audio*             audio,
                        AudioJob           job,
                        const AudioDriver* driver,
                        void*              port);

/// Waits for all helpers. False when one is still at work after `span`, or left
/// a library in disorder.
bool audio_helper_wait(Audio* audio, JamTime span);

/// Returns how many helpers are at work or stuck.
unsigned audio_helper_count(Audio* audio);

/// Takes the answer of a start or open. False when there is none yet; else
/// `port` is the running port, or null with a sentence in `text`.
bool audio_helper_take(Audio* audio, void** port, char* text, size_t size);

#endif // JAM_CLIENT_AUDIO_STATE_H
