// SPDX-License-Identifier: MIT
// The results as JSON members.

#include "jack_report.h"

#include <stdio.h>

void report_exact(const ExactReport* const r, const double rate_hz)
{
  (void)printf("\"exact\":{\"found\":%s,\"locked\":%s,\"locked_after_s\":%.2f,"
               "\"delay_frames\":%ld,\"delay_ms\":%.3f,\"delay_min\":%ld,"
               "\"delay_max\":%ld,\"bit_exact_share\":%.5f,"
               "\"damaged_share\":%.5f,\"masked_share\":%.3f,\"slips\":%u,"
               "\"dropouts\":%u,\"longest_gap_frames\":%zu},",
               r->found ? "true" : "false",
               r->locked ? "true" : "false",
               r->locked_after_s,
               r->delay_frames,
               (double)r->delay_frames / rate_hz * 1e3,
               r->delay_min,
               r->delay_max,
               r->exact_share,
               r->damaged_share,
               r->masked_share,
               r->slips,
               r->dropouts,
               r->longest_gap_frames);
}

void report_drift(const DriftReport* const r)
{
  (void)printf("\"drift\":{\"found\":%s,\"blocks\":%u,\"delay_ms_p5\":%.3f,"
               "\"delay_ms_p50\":%.3f,\"delay_ms_p95\":%.3f,"
               "\"trend_us_per_min\":%.1f,\"rate_ppm\":%.2f,"
               "\"wander_us_p95\":%.1f,\"jump_us_max\":%.1f,\"jumps\":%u,"
               "\"dropouts\":%u,\"damaged_share\":%.5f,\"likeness_p5\":%.4f},",
               r->found ? "true" : "false",
               r->blocks,
               r->delay_ms_p5,
               r->delay_ms_p50,
               r->delay_ms_p95,
               r->trend_us_per_min,
               r->rate_ppm,
               r->wander_us_p95,
               r->jump_us_max,
               r->jumps,
               r->dropouts,
               r->damaged_share,
               r->likeness_p5);
}

void report_notes(const NoteReport* const r)
{
  (void)printf("\"midi\":{\"sent\":%u,\"received\":%u,\"lost\":%u,"
               "\"duplicates\":%u,\"out_of_order\":%u,\"unexpected\":%u,"
               "\"offs_received\":%u,\"delay_ms_p50\":%.3f,"
               "\"delay_ms_max\":%.3f}",
               r->sent,
               r->received,
               r->lost,
               r->duplicates,
               r->out_of_order,
               r->unexpected,
               r->offs_received,
               r->delay_ms_p50,
               r->delay_ms_max);
}
