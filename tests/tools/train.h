// SPDX-License-Identifier: MIT
// What the parts of jellie_train share. See jellie_train.c for the method.
//
// Thread: any; nothing here is shared between threads.

#ifndef TRAIN_H
#define TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAIN_ORDER 16U
#define TRAIN_LAGS (TRAIN_ORDER + 1U)
#define TRAIN_MAX_ROWS 512U
#define TRAIN_MAX_FRAMES 256U
#define TRAIN_PAST 320U // Samples before a packet that rows are ranked by, too
#define TRAIN_WINDOW (TRAIN_PAST + TRAIN_MAX_FRAMES)
#define TRAIN_TAP_BITS 16U // Taps are in units of 2^-16
#define TRAIN_INDEX_BITS 9U
#define TRAIN_RICE_BITS 5U

/// One packet to learn from.
typedef struct TrainItem {
  size_t   first;            ///< Its first sample in TrainSet.samples
  uint16_t count;            ///< Samples
  uint8_t  bits;             ///< Depth
  double   lags[TRAIN_LAGS]; ///< Autocorrelation of its surroundings, [0] = 1
} TrainItem;

/// All packets to learn from. Owns its arrays.
typedef struct TrainSet {
  int32_t*   samples;
  size_t     sample_count;
  TrainItem* items;
  size_t     count;
  size_t     files; ///< That were read
} TrainSet;

/// A row of the table while it is learnt.
typedef struct TrainRow {
  double angles[TRAIN_ORDER]; ///< atanh of the reflection coefficients
  int    widths[TRAIN_LAGS];  ///< See JellieTableRow
} TrainRow;

/// What follows from a row.
typedef struct TrainTaps {
  double taps[TRAIN_LAGS][TRAIN_ORDER]; ///< Of each order, times 2^16, whole
  int    widths[TRAIN_LAGS];
} TrainTaps;

/// What follows from a whole table.
typedef struct TrainTable {
  unsigned  rows;
  TrainTaps taps[TRAIN_MAX_ROWS];
  double    powers[TRAIN_LAGS][TRAIN_MAX_ROWS]; ///< Of the whitening filters:
                                                ///< their autocorrelation
} TrainTable;

/// Residuals of a packet by one row.
typedef struct TrainTrial {
  unsigned row;
  int      rice;
  uint64_t bits; ///< Of the lane string
  double   residuals[TRAIN_MAX_FRAMES];
} TrainTrial;

/// What to make packets of.
typedef struct TrainPlan {
  char**   folders; ///< "FOLDER" or "FOLDER=WEIGHT"
  unsigned folder_count;
  size_t   items;
  uint64_t seed;
  bool     high; ///< For 96 and 192 kHz; lower rates are raised
} TrainPlan;

// train_audio.c

/// Paths of files; the caller frees each and the list.
typedef struct TrainPaths {
  char** list;
  size_t count;
  size_t room;
} TrainPaths;

/// Lists all files below a folder, sorted. Exits with one sentence if it
/// cannot be read.
void train_list(const char* folder, TrainPaths* out);

/// A file as mono samples (full scale 1.0); the caller frees them. Returns NULL
/// if it is no audio. `rate_hz` and `count` are outputs.
float* train_read_audio(const char* path, unsigned* rate_hz, size_t* count);

/// Raises the rate of samples, which it frees; the caller frees the result.
float* train_raise(float* samples, size_t* count, unsigned times);

// train_set.c

/// Reads the folders and draws packets from them. Exits with one sentence if a
/// folder cannot be read or nothing in it is audio.
void train_set_read(const TrainPlan* plan, TrainSet* out);
void train_set_release(TrainSet* set);

/// Writes the windowed autocorrelation, relative to [0], of a packet of `count`
/// samples and the TRAIN_PAST samples before it.
void train_lags(const int32_t* packet, unsigned count, double lags[TRAIN_LAGS]);

// train_row.c

/// Returns 2^-width.
static inline double train_scale(const int width)
{
  return width >= 0 ? 1.0 / (double)(UINT64_C(1) << (unsigned)width)
                    : (double)(UINT64_C(1) << (unsigned)-width);
}

/// Returns reflection / 2^15 as it is stored: u with r = 2u / (1 + u^2).
int train_reflection(double angle);

/// Derives the taps from what is stored of the rows.
void train_derive(const TrainRow* rows, unsigned count, TrainTable* out);

/// Writes the predictor (index 0: the previous sample) of each order.
void train_step_up(const double reflections[TRAIN_ORDER],
                   double       taps[TRAIN_LAGS][TRAIN_ORDER]);

/// Turns an autocorrelation into reflection coefficients.
void train_levinson(const double lags[TRAIN_LAGS],
                    double       reflections[TRAIN_ORDER]);

/// Codes a packet with a row, as the encoder would: fills all of `out`.
void train_try(const TrainTable* table,
               unsigned          row,
               const int32_t*    samples,
               unsigned          count,
               unsigned          bits,
               TrainTrial*       out);

/// Returns the bits of one residual with a Rice parameter.
unsigned train_code_size(double residual, int rice, unsigned bits);

/// Finds the `want` rows that leave least energy by `lags`, best first. Returns
/// the energy left by the best.
double train_rank(const TrainTable* table,
                  const double      lags[TRAIN_LAGS],
                  unsigned          want,
                  unsigned*         best);

/// Tries the best `trials` rows and keeps the shortest.
void train_choose(const TrainTable* table,
                  unsigned          trials,
                  const double      lags[TRAIN_LAGS],
                  const int32_t*    samples,
                  unsigned          count,
                  unsigned          bits,
                  TrainTrial*       out);

// train_lloyd.c, train_refine.c

/// Makes a table by splitting and clustering spectra (widths by theory).
void train_cluster(const TrainSet* set, unsigned count, TrainRow* rows);

/// Improves a table on the true code length; `passes` times.
void train_refine(const TrainSet* set,
                  unsigned        count,
                  unsigned        passes,
                  bool            talk,
                  TrainRow*       rows);

// train_write.c

/// Writes the table as text: a line per row, 16 reflections and 17 widths.
bool train_write_text(const char* path, unsigned rows, const TrainRow* table);

/// Reads such a file. Returns the number of rows, 0 if it is none.
unsigned train_read_text(const char* path, TrainRow table[TRAIN_MAX_ROWS]);

/// Writes the two tables as C source, with the lines of the file `note` (or
/// NULL) as comment.
bool train_write_source(const char*     path,
                        const char*     note,
                        unsigned        rows,
                        const TrainRow* low,
                        const TrainRow* high);

// train_measure.c

/// How to measure.
typedef struct TrainMeasure {
  unsigned bits;   ///< 16 or 24
  double   noise;  ///< Added, Gaussian; standard deviation, full scale 1
  unsigned trials; ///< Rows tried per packet
  unsigned every;  ///< Of how many packets one is coded
} TrainMeasure;

/// Codes a file packet by packet and prints a line of JSON: bytes relative to
/// a whole JackTrip packet at 32, 64, 128 and 256 samples.
bool train_measure(const char*         path,
                   const TrainMeasure* how,
                   unsigned            row_count,
                   const TrainRow*     rows);

#endif // TRAIN_H
