// SPDX-License-Identifier: MIT
// A sound file as lines of packets.

#include "jdat.h"

#include <string.h>

unsigned jdat_cut(const Sound* const sound,
                  const unsigned     channel,
                  const size_t       number,
                  const unsigned     frames,
                  int32_t* const     out)
{
  const size_t   first = number * frames;
  const size_t   left  = sound->frames - first;
  const unsigned used  = left < frames ? (unsigned)left : frames;
  memset(out, 0, frames * sizeof(int32_t));
  for (unsigned i = 0U; i < used; ++i) {
    out[i] = sound->samples[(first + i) * sound->channels + channel];
  }
  return used;
}

bool jdat_format(const char* const        path,
                 const Sound* const       sound,
                 const JdatOptions* const options,
                 JellieFormat* const      out)
{
  memset(out, 0, sizeof(*out));
  const unsigned unit = jellie_unit(sound->rate_hz);
  out->rate_hz        = sound->rate_hz;
  out->bits           = (uint8_t)sound->bits;
  out->lanes          = (uint8_t)options->lanes;
  out->stream         = (uint8_t)options->stream;
  out->frames         = (uint16_t)(options->frames ? options->frames : unit);
  if (unit == 0U) {
    (void)jdat_fault("%s is at %u Hz; packets are at 44100, 48000, 96000 or "
                     "192000 Hz.",
                     path,
                     (unsigned)sound->rate_hz);
    return false;
  }
  if (!jellie_format_valid(out)) {
    (void)jdat_fault("--frames %u is not possible at %u Hz: %u, %u, %u or %u.",
                     options->frames,
                     (unsigned)sound->rate_hz,
                     unit / 2U,
                     unit,
                     unit * 2U,
                     unit * 4U);
    return false;
  }
  if (options->stream + sound->channels - 1U > JELLIE_MAX_STREAM) {
    (void)jdat_fault("%s has %u channels, and streams end at %u.",
                     path,
                     sound->channels,
                     JELLIE_MAX_STREAM);
    return false;
  }
  return true;
}

// Writes what was captured together: a packet of each channel.
static int write_block(const Sound* const        sound,
                       const size_t              number,
                       const JdatOptions* const  options,
                       const JellieFormat* const first,
                       JdatCoder* const          coder,
                       FILE* const               file)
{
  static char text[JDAT_MAX_LINE];
  int32_t     samples[JELLIE_MAX_FRAMES];
  for (unsigned channel = 0U; channel < sound->channels; ++channel) {
    JellieFormat format = *first;
    format.stream       = (uint8_t)(first->stream + channel);
    const unsigned used =
      jdat_cut(sound, channel, number, format.frames, samples);
    const size_t size = jdat_code(coder,
                                  &format,
                                  (uint32_t)number,
                                  samples,
                                  used,
                                  options->plain,
                                  text);
    if (size == 0U) {
      return jdat_fault("Block %zu does not fit a packet; take fewer --frames, "
                        "or --profile plain.",
                        number);
    }
    text[size] = '\n';
    (void)fwrite(text, 1U, size + 1U, file);
  }
  return JDAT_OK;
}

static int write_lines(const Sound* const       sound,
                       const JdatOptions* const options,
                       const char* const        in,
                       FILE* const              file)
{
  JellieFormat format;
  if (!jdat_format(in, sound, options, &format)) {
    return JDAT_FAULT;
  }
  JdatCoder* const coder = jdat_coder_new();
  if (!coder) {
    return jdat_fault("There is not enough memory.");
  }
  const size_t blocks = (sound->frames + format.frames - 1U) / format.frames;
  int          status = JDAT_OK;
  for (size_t i = 0U; i < blocks && status == JDAT_OK; ++i) {
    status = write_block(sound, i, options, &format, coder, file);
  }
  jdat_coder_free(coder);
  return status;
}

int jdat_encode(const JdatOptions* const options,
                const char* const        in,
                const char* const        out)
{
  Sound      sound;
  SoundError error;
  if (!sound_read(in, options->bits, &sound, &error)) {
    return jdat_fault("%s", error.text);
  }
  FILE* const file   = jdat_open(out, "w", stdout);
  int         status = JDAT_FAULT;
  if (file) {
    status = write_lines(&sound, options, in, file);
    status = jdat_close(out, file) ? status : JDAT_FAULT;
  }
  sound_free(&sound);
  return status;
}
