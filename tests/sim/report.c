// SPDX-License-Identifier: MIT
// The report as text.

#include "sim/report.h"

#include "wire/wire.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
put_name(FILE* const out, const char* const key, const char* const name)
{
  char       text[6U * SCENARIO_NAME_SIZE + 3U];
  WireWriter writer;
  wire_writer_init(&writer, text, sizeof(text) - 1U);
  wire_put_string(&writer, name);
  text[wire_writer_size(&writer)] = '\0';
  (void)fprintf(out, "\"%s\":%s,", key, text);
}

static void put_number(FILE* const       out,
                       const char* const key,
                       const double      number,
                       const char* const end)
{
  if (isfinite(number)) {
    (void)fprintf(out, "\"%s\":%.3f%s", key, number, end);
  } else {
    (void)fprintf(out, "\"%s\":null%s", key, end);
  }
}

static void put_listener(FILE* const out, const ReportListener* const row)
{
  (void)fputc('{', out);
  put_name(out, "at", row->at);
  put_name(out, "from", row->from);
  put_number(out, "delay_ms_p50", row->delay_ms_p50, ",");
  put_number(out, "delay_ms_p99", row->delay_ms_p99, ",");
  (void)fprintf(out, "\"lost\":%" PRIu64 ",", row->lost);
  put_number(out, "concealed_ms", row->concealed_ms, ",");
  put_number(out, "longest_gap_ms", row->longest_gap_ms, ",");
  put_number(out, "bytes_per_s", row->bytes_per_s, ",");
  put_number(out, "back_ms", row->back_ms, ",");
  put_number(out, "snr_db", row->snr_db, "}");
}

static void put_clock(FILE* const out, const ReportClock* const row)
{
  (void)fputc('{', out);
  put_name(out, "client", row->client);
  put_name(out, "node", row->node);
  put_number(out, "error_us_p50", row->error_us_p50, ",");
  put_number(out, "error_us_p99", row->error_us_p99, ",");
  put_number(out, "last_us", row->last_us, ",");
  put_number(out, "sigma_us", row->sigma_us, "}");
}

static void put_midi(FILE* const out, const ReportMidi* const row)
{
  (void)fputc('{', out);
  put_name(out, "at", row->at);
  put_name(out, "from", row->from);
  (void)fprintf(out,
                "\"sent\":%" PRIu64 ",\"received\":%" PRIu64
                ",\"lost\":%" PRIu64 ",\"extra\":%" PRIu64 ",",
                row->sent,
                row->received,
                row->lost,
                row->extra);
  put_number(out, "delay_ms_p50", row->delay_ms_p50, ",");
  put_number(out, "delay_ms_p99", row->delay_ms_p99, "}");
}

static void put_node(FILE* const out, const ReportNode* const row)
{
  (void)fputc('{', out);
  put_name(out, "node", row->id);
  (void)fprintf(out,
                "\"users\":%u,\"elsewhere\":%u,\"siblings\":%u,"
                "\"media_in\":%" PRIu64 ",\"to_siblings\":%" PRIu64
                ",\"from_siblings\":%" PRIu64 ",\"unwanted\":%" PRIu64
                ",\"to_users\":%" PRIu64 "}",
                row->users,
                row->elsewhere,
                row->siblings,
                row->media_in,
                row->to_siblings,
                row->from_siblings,
                row->unwanted,
                row->to_users);
}

void report_write(const Report* const report, FILE* const out)
{
  // The hash is a string: JSON numbers are exact to 53 bits only
  (void)fprintf(out,
                "{\"seed\":%" PRId64 ",\"hash\":\"%016" PRIx64
                "\",\"listeners\":[",
                report->seed,
                report->hash);
  for (unsigned i = 0U; i < report->listener_count; ++i) {
    (void)fputs(i ? "," : "", out);
    put_listener(out, &report->listeners[i]);
  }
  (void)fputs("],\"clocks\":[", out);
  for (unsigned i = 0U; i < report->clock_count; ++i) {
    (void)fputs(i ? "," : "", out);
    put_clock(out, &report->clocks[i]);
  }
  (void)fputs("],\"midi\":[", out);
  for (unsigned i = 0U; i < report->midi_count; ++i) {
    (void)fputs(i ? "," : "", out);
    put_midi(out, &report->midi[i]);
  }
  (void)fputs("],\"nodes\":[", out);
  for (unsigned i = 0U; i < report->node_count; ++i) {
    (void)fputs(i ? "," : "", out);
    put_node(out, &report->nodes[i]);
  }
  (void)fputs("]}\n", out);
}

void report_free(Report* const report)
{
  free(report->listeners);
  free(report->clocks);
  free(report->midi);
  free(report->nodes);
  memset(report, 0, sizeof(*report));
}

const ReportListener* report_listener(const Report* const report,
                                      const char* const   at,
                                      const char* const   from)
{
  for (unsigned i = 0U; i < report->listener_count; ++i) {
    const ReportListener* const row = &report->listeners[i];
    if (strcmp(row->at, at) == 0 && strcmp(row->from, from) == 0) {
      return row;
    }
  }
  return NULL;
}
