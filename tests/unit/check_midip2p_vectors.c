// SPDX-License-Identifier: MIT
// The public vectors: packets, and what a receiver that has heard nothing
// before hands out after them.

#include "midip2p/midip2p.h"

#include <cjson/cJSON.h>
#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give(Midip2pLink* const link, const cJSON* const packet)
{
  char* const text = cJSON_PrintUnformatted(packet);
  ck_assert_ptr_nonnull(text);
  midip2p_input(link, 0, text, strlen(text));
  cJSON_free(text);
}

static void must_hear(Midip2pLink* const link,
                      const cJSON* const want,
                      const char* const  name)
{
  const cJSON* at = NULL;
  Midip2pEvent event;
  cJSON_ArrayForEach(at, want)
  {
    ck_assert_msg(midip2p_event(link, &event), "%s: too few", name);
    ck_assert_msg(cJSON_GetArraySize(at) == event.size, "%s: size", name);
    for (int i = 0; i < event.size; ++i) {
      ck_assert_msg(cJSON_GetArrayItem(at, i)->valueint == event.bytes[i],
                    "%s: another message",
                    name);
    }
  }
  ck_assert_msg(!midip2p_event(link, &event), "%s: too many", name);
}

static void play(const cJSON* const line)
{
  const char* const  name = cJSON_GetObjectItem(line, "case")->valuestring;
  const cJSON* const bad  = cJSON_GetObjectItem(line, "malformed");
  const cJSON*       at   = NULL;
  Midip2pLink*       link = NULL;
  ck_assert_int_eq(midip2p_link_new(NULL, 1U, &link), JAM_OK);
  cJSON_ArrayForEach(at, cJSON_GetObjectItem(line, "packets"))
  {
    give(link, at);
  }
  must_hear(link, cJSON_GetObjectItem(line, "hear"), name);
  ck_assert_msg(midip2p_stats(link)->malformed ==
                  (uint64_t)(bad ? bad->valueint : 0),
                "%s: malformed",
                name);
  ck_assert_msg((double)midip2p_number(link, false) ==
                  cJSON_GetObjectItem(line, "ack")->valuedouble,
                "%s: acknowledgement",
                name);
  const cJSON* const state = cJSON_GetObjectItem(line, "state");
  if (state) {
    ck_assert_msg((double)midip2p_state_hash(link, false) == state->valuedouble,
                  "%s: state %u",
                  name,
                  midip2p_state_hash(link, false));
  }
  midip2p_link_free(link);
}

START_TEST(all_vectors_are_met)
{
  static char line[16384];
  unsigned    count = 0U;
  FILE* const file  = fopen(JAM_VECTORS "/jmid.jsonl", "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof(line), file)) {
    cJSON* const json = cJSON_Parse(line);
    ck_assert_ptr_nonnull(json);
    play(json);
    cJSON_Delete(json);
    ++count;
  }
  (void)fclose(file);
  ck_assert_uint_ge(count, 12U);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p vectors");
  TCase* const t = tcase_create("vectors");
  tcase_add_test(t, all_vectors_are_met);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
