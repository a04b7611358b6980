// SPDX-License-Identifier: MIT
// Table entries: clock map and path of each user, in whole numbers.

#include "synchub/table.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <string.h>

#define MAX_EXACT INT64_C(9007199254740991) // 2^53 - 1
#define MAX_SPAN_US INT64_C(60000000)       // Errors, jitter and round trips
#define MAX_SKEW_PPB INT64_C(10000000)      // 1 %: far beyond any crystal
#define MAX_LOSS_PPM INT64_C(1000000)
#define WITHOUT_MAP 4U // Numbers in a short row
#define WITH_MAP 9U

static int64_t
clamp(const int64_t value, const int64_t minimum, const int64_t maximum)
{
  return value < minimum ? minimum : value > maximum ? maximum : value;
}

int64_t synchub_us(const JamTime time)
{
  // To the nearest: half a unit is less than 0.1 samples even at 192 kHz
  const int64_t us = time / JAM_US;
  const int64_t ns = time % JAM_US;
  return us + (ns >= 500 ? 1 : ns < -500 ? -1 : 0);
}

static int64_t
parts(const double fraction, const double unit, const int64_t max)
{
  const double value = fraction * unit;
  return (value > -(double)max && value < (double)max) ? llround(value)
         : (value < 0.0)                               ? -max
                                                       : max;
}

static bool is_writable(const SynchubMap* const map)
{
  return map->valid && isfinite(map->skew) && map->position <= MAX_EXACT &&
         map->position >= -MAX_EXACT && map->time <= MAX_EXACT * JAM_US &&
         map->time >= -MAX_EXACT * JAM_US;
}

static size_t row_numbers(const SynchubUser* const user, int64_t out[WITH_MAP])
{
  const SynchubRow* const row = &user->row;
  const SynchubMap* const map = &row->map;
  size_t                  n   = 0U;
  out[n++]                    = user->id;
  if (is_writable(map)) {
    out[n++] = map->position;
    out[n++] = synchub_us(map->time);
    out[n++] = parts(map->skew, 1e9, MAX_SKEW_PPB);
    out[n++] = clamp(synchub_us(map->error), 0, MAX_SPAN_US);
    out[n++] =
      clamp(parts(map->skew_error, 1e9, MAX_SKEW_PPB), 0, MAX_SKEW_PPB);
  }
  out[n++] = clamp(synchub_us(row->jitter), 0, MAX_SPAN_US);
  out[n++] = clamp(synchub_us(row->rtt), 0, MAX_SPAN_US);
  out[n++] = clamp(parts(row->loss, 1e6, MAX_LOSS_PPM), 0, MAX_LOSS_PPM);
  return n;
}

void synchub_table_init(SynchubTable* const table,
                        char* const         text,
                        const size_t        capacity)
{
  table->text     = text;
  table->capacity = capacity;
  table->size     = 0U;
}

bool synchub_table_add(SynchubTable* const table, const SynchubUser* const user)
{
  int64_t      numbers[WITH_MAP];
  const size_t count = row_numbers(user, numbers);
  if (table->capacity < table->size + sizeof("]}")) {
    return false;
  }
  // The end of the table always keeps its two characters
  const size_t room = table->capacity - table->size - 2U;
  WireWriter   writer;
  wire_writer_init(&writer, table->text + table->size, room);
  wire_put(&writer, table->size ? ",[" : "{\"T\":[[");
  for (size_t i = 0U; i < count; ++i) {
    if (i) {
      wire_put_bytes(&writer, ",", 1U);
    }
    wire_put_int(&writer, numbers[i]);
  }
  wire_put_bytes(&writer, "]", 1U);
  const size_t size = wire_writer_size(&writer);
  table->size += size;
  return size > 0U;
}

size_t synchub_table_finish(SynchubTable* const table)
{
  if (table->size) {
    memcpy(table->text + table->size, "]}", 2U);
    table->size += 2U;
  }
  return table->size;
}

size_t synchub_table_write(const SynchubUser* const* const users,
                           const size_t                    count,
                           char* const                     text,
                           const size_t                    capacity,
                           size_t* const                   out_count)
{
  SynchubTable table;
  size_t       rows = 0U;
  synchub_table_init(&table, text, capacity);
  while (rows < count && synchub_table_add(&table, users[rows])) {
    ++rows;
  }
  *out_count = rows;
  return synchub_table_finish(&table);
}

static bool take(const cJSON** const at,
                 const int64_t       minimum,
                 const int64_t       maximum,
                 int64_t* const      out)
{
  const bool good = wire_int(*at, minimum, maximum, out);
  *at             = good ? (*at)->next : NULL;
  return good;
}

static bool read_map(const cJSON** const at, SynchubMap* const out)
{
  int64_t time_us    = 0;
  int64_t skew       = 0;
  int64_t error_us   = 0;
  int64_t skew_error = 0;
  if (!take(at, -MAX_EXACT, MAX_EXACT, &out->position) ||
      !take(at, -MAX_EXACT, MAX_EXACT, &time_us) ||
      !take(at, -MAX_SKEW_PPB, MAX_SKEW_PPB, &skew) ||
      !take(at, 0, MAX_SPAN_US, &error_us) ||
      !take(at, 0, MAX_SKEW_PPB, &skew_error)) {
    return false;
  }
  out->valid      = true;
  out->time       = time_us * JAM_US;
  out->skew       = (double)skew * 1e-9;
  out->error      = error_us * JAM_US;
  out->skew_error = (double)skew_error * 1e-9;
  return true;
}

static bool read_row(const cJSON* const json, SynchubUser* const out)
{
  const int    count     = cJSON_IsArray(json) ? cJSON_GetArraySize(json) : 0;
  const cJSON* at        = json->child;
  int64_t      user      = 0;
  int64_t      jitter_us = 0;
  int64_t      rtt_us    = 0;
  int64_t      loss      = 0;
  memset(out, 0, sizeof(*out));
  if ((count != (int)WITH_MAP && count != (int)WITHOUT_MAP) ||
      !take(&at, 1, UINT16_MAX, &user) ||
      (count == (int)WITH_MAP && !read_map(&at, &out->row.map)) ||
      !take(&at, 0, MAX_SPAN_US, &jitter_us) ||
      !take(&at, 0, MAX_SPAN_US, &rtt_us) ||
      !take(&at, 0, MAX_LOSS_PPM, &loss)) {
    return false;
  }
  out->id         = (SynchubUserId)user;
  out->row.jitter = jitter_us * JAM_US;
  out->row.rtt    = rtt_us * JAM_US;
  out->row.loss   = (double)loss * 1e-6;
  return true;
}

static bool read_rows(const cJSON* const json,
                      SynchubUser* const out,
                      const size_t       capacity,
                      size_t* const      out_count)
{
  const cJSON* const rows  = wire_get(json, "T");
  size_t             count = 0U;
  if (!cJSON_IsArray(rows)) {
    return false;
  }
  for (const cJSON* row = rows->child; row; row = row->next) {
    if (count == capacity || !read_row(row, &out[count])) {
      return false;
    }
    ++count;
  }
  *out_count = count;
  return true;
}

JamStatus synchub_table_read(const char* const  text,
                             const size_t       size,
                             SynchubUser* const out,
                             const size_t       capacity,
                             size_t* const      out_count)
{
  *out_count        = 0U;
  cJSON* const json = wire_parse(text, size, 3U);
  const bool   good = json && read_rows(json, out, capacity, out_count);
  wire_free(json);
  return good ? JAM_OK : JAM_ERR_FORMAT;
}
