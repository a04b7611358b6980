// SPDX-License-Identifier: MIT
// stderr, switched off for a moment.

#include "audio_quiet.h"

#ifdef JAM_HAVE_JACK
#  include <jack/jack.h>
#endif

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifdef JAM_HAVE_JACK
static void say_nothing(const char* const text)
{
  (void)text;
}
#endif

int audio_quiet_begin(void)
{
#ifdef JAM_HAVE_JACK
  jack_set_error_function(say_nothing);
  jack_set_info_function(say_nothing);
#endif
  (void)fflush(stderr);
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) {
    return -1;
  }
  const int kept = dup(STDERR_FILENO);
  if (kept >= 0) {
    (void)dup2(null, STDERR_FILENO);
  }
  (void)close(null);
  return kept;
}

void audio_quiet_end(const int kept)
{
  if (kept >= 0) {
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
  }
}
