// SPDX-License-Identifier: MIT
// jamnet-jdat: sound files to JDAT packets, a JSON line each, and back.
//
// A file with several channels is as many streams with one clock: stream
// numbers count from the first channel, and what was captured together has the
// same counter. The last packet of a stream says with a member "used" how many
// of its samples belong to the sound, if not all; readers that do not know it
// hear the zeros that fill the block.

#ifndef JDAT_JDAT_H
#define JDAT_JDAT_H

#include "sound.h"

#include "jellie/jellie.h"

#include <stdio.h>

#define JDAT_OK 0
#define JDAT_FAULT 1
#define JDAT_MISUSE 2

#define JDAT_MAX_LINE 65536U ///< Of a packet of either profile

typedef struct JdatOptions {
  unsigned bits;   ///< 0: of the file
  unsigned frames; ///< Of a block; 0: one unit
  unsigned lanes;
  unsigned stream;      ///< Of the first channel
  bool     plain;       ///< The profile to write
  bool     any_profile; ///< None was asked for
} JdatOptions;

/// A line of a file of packets.
typedef struct JdatLine {
  JellieBlock block;
  size_t      number; ///< Of the line, from 1
  unsigned    used;   ///< Samples that belong to the sound: all, or fewer
  bool        plain;  ///< The profile it was in
} JdatLine;

/// Prints one sentence on standard error and returns JDAT_FAULT.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int jdat_fault(const char* format, ...);

/// Opens a file of packets; "-" is `standard`. Null after a sentence.
FILE* jdat_open(const char* path, const char* mode, FILE* standard);

/// Closes it; false after a sentence if it could not be written to its end.
bool jdat_close(const char* path, FILE* file);

/// Reads the next packet; empty lines are passed over. Returns JDAT_OK, -1 at
/// the end, or JDAT_FAULT after a sentence. `line` holds zeros at first.
int jdat_read(const char* path, FILE* file, JdatLine* line);

/// Codes the packets of up to 128 streams.
typedef struct JdatCoder JdatCoder;

/// Returns null without memory; the caller owns it.
JdatCoder* jdat_coder_new(void);

void jdat_coder_free(JdatCoder* coder);

/// Codes a block as text of `JDAT_MAX_LINE` bytes at most, without a line feed.
/// Returns the size, or 0 if the profile has no room for it.
size_t jdat_code(JdatCoder*          coder,
                 const JellieFormat* format,
                 uint32_t            counter,
                 const int32_t*      samples,
                 unsigned            used,
                 bool                plain,
                 char*               out);

/// The commands; each returns the exit status.
int jdat_encode(const JdatOptions* options, const char* in, const char* out);
int jdat_decode(const JdatOptions* options, const char* in, const char* out);
int jdat_convert(const JdatOptions* options, const char* in, const char* out);
int jdat_sizes(const JdatOptions* options, const char* in);

/// Copies block `number` of a channel, with zeros behind its end. Returns how
/// many samples belong to the sound.
unsigned jdat_cut(const Sound* sound,
                  unsigned     channel,
                  size_t       number,
                  unsigned     frames,
                  int32_t*     out);

/// Fills in the format of a file's blocks. False after a sentence.
bool jdat_format(const char*        path,
                 const Sound*       sound,
                 const JdatOptions* options,
                 JellieFormat*      out);

#endif // JDAT_JDAT_H
