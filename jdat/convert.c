// SPDX-License-Identifier: MIT
// Packets of one profile as packets of the other.

#include "jdat.h"

static int convert_line(const JdatOptions* const options,
                        const char* const        path,
                        const JdatLine* const    line,
                        JdatCoder* const         coder,
                        FILE* const              out)
{
  static char              text[JDAT_MAX_LINE];
  const JellieBlock* const block = &line->block;
  if (block->division != 1U) {
    return jdat_fault("Line %zu of %s lacks lanes: only decode takes it.",
                      line->number,
                      path);
  }
  const bool   plain = options->any_profile ? !line->plain : options->plain;
  const size_t size  = jdat_code(coder,
                                &block->format,
                                block->counter,
                                block->samples,
                                line->used,
                                plain,
                                text);
  if (size == 0U) {
    return jdat_fault("Line %zu of %s does not fit a token packet.",
                      line->number,
                      path);
  }
  text[size] = '\n';
  (void)fwrite(text, 1U, size + 1U, out);
  return JDAT_OK;
}

static int convert_lines(const JdatOptions* const options,
                         const char* const        path,
                         FILE* const              in,
                         FILE* const              out)
{
  static JdatLine  line;
  JdatCoder* const coder = jdat_coder_new();
  if (!coder) {
    return jdat_fault("There is not enough memory.");
  }
  int status = jdat_read(path, in, &line);
  while (status == JDAT_OK) {
    status = convert_line(options, path, &line, coder, out);
    status = status == JDAT_OK ? jdat_read(path, in, &line) : status;
  }
  jdat_coder_free(coder);
  return status == -1 ? JDAT_OK : status;
}

int jdat_convert(const JdatOptions* const options,
                 const char* const        in,
                 const char* const        out)
{
  FILE* const from = jdat_open(in, "r", stdin);
  if (!from) {
    return JDAT_FAULT;
  }
  FILE* const to     = jdat_open(out, "w", stdout);
  int         status = JDAT_FAULT;
  if (to) {
    status = convert_lines(options, in, from, to);
    status = jdat_close(out, to) ? status : JDAT_FAULT;
  }
  if (from != stdin) {
    (void)fclose(from);
  }
  return status;
}
