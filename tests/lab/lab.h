// SPDX-License-Identifier: MIT
// The lab: the product's own code on given input, measured. One function per
// command, listed in lab.c.

#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct JellieFormat;

#define LAB_OK 0
#define LAB_FAULT 2

/// Mono audio as integers of a depth.
typedef struct LabAudio {
  int32_t* samples; ///< Owned; free
  size_t   frames;
  uint32_t rate_hz;
} LabAudio;

/// Prints one sentence for people and returns LAB_FAULT.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int lab_fault(const char* format, ...);

/// Returns the value of option `name` (as "--bits") and removes both from the
/// arguments; null if it is not there.
const char* lab_option(int* argc, char** argv, const char* name);

/// Reads an option that is one of `count` numbers; `out` keeps its value if
/// the option is not there. Returns false after a fault was printed.
bool lab_number(int*            argc,
                char**          argv,
                const char*     name,
                const unsigned* allowed,
                size_t          count,
                unsigned*       out);

/// Reads a mono WAV or FLAC file at one of our rates, as integers of `bits`.
/// Returns false after a fault was printed.
bool lab_audio_read(const char* path, unsigned bits, LabAudio* out);

/// Prints what thinning to `keep` lanes does to tones of some frequencies.
int lab_tones(const struct JellieFormat* format, unsigned keep);

/// Returns nanoseconds of a monotonic clock.
int64_t lab_now_ns(void);

/// Returns the median; reorders `values`.
double lab_median(double* values, size_t count);

/// Prints a JSON string with its quotes.
void lab_print_string(const char* text);

int lab_jdat(int argc, char** argv);
int lab_lossy(int argc, char** argv);
int lab_nmr(int argc, char** argv);
int lab_vectors(int argc, char** argv);
int lab_thin(int argc, char** argv);
int lab_midi(int argc, char** argv);
int lab_sim(int argc, char** argv);
int lab_band(int argc, char** argv);
int lab_heard(int argc, char** argv);
int lab_conceal(int argc, char** argv);
int lab_clock(int argc, char** argv);
int lab_toast(int argc, char** argv);

/// Prints the members of a JSON object that tell how TOAST carries media:
/// "overhead", "events" and "redundancy". False if that cannot be measured.
bool lab_toast_media_print(void);

#endif // LAB_LAB_H
