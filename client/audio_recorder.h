// SPDX-License-Identifier: MIT
// Inside of the recorder, for audio_recorder*.c only.

#ifndef JAM_CLIENT_AUDIO_RECORDER_H
#define JAM_CLIENT_AUDIO_RECORDER_H

#include "audio_file.h"

#include "base/ring.h"

#include <jamnet/jamnet.h>

#include <pthread.h>
#include <sndfile.h>
#include <stdatomic.h>

struct AudioRecorder {
  SNDFILE*         file;
  unsigned         channels;
  JamRing          ring; ///< Audio thread to writer thread: woven floats
  pthread_t        thread;
  _Atomic bool     quit;
  _Atomic uint64_t lost; ///< Frames that found the ring full
  float            woven[JAM_MAX_FRAMES * 2U]; ///< Owner: audio thread
  float            piece[JAM_MAX_FRAMES * 2U]; ///< Owner: writer thread
};

#endif // JAM_CLIENT_AUDIO_RECORDER_H
