// SPDX-License-Identifier: MIT
// What the bundle's description says is what the plug-in is.

#include "jam_shim.h"

#include <lilv/lilv.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PARAM 5U

static LilvWorld*        world;
static const LilvPlugin* plugin;

static void setup(void)
{
  world                  = lilv_world_new();
  LilvNode* const bundle = lilv_new_file_uri(world, NULL, JAM_LV2_BUNDLE "/");
  LilvNode* const uri    = lilv_new_uri(world, "urn:jamnet:jam");
  lilv_world_load_bundle(world, bundle);
  plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri);
  lilv_node_free(uri);
  lilv_node_free(bundle);
  ck_assert_ptr_nonnull(plugin);
}

static void teardown(void)
{
  lilv_world_free(world);
}

static bool is_a(const LilvPort* const port, const char* const class_uri)
{
  LilvNode* const node = lilv_new_uri(world, class_uri);
  const bool      is   = lilv_port_is_a(plugin, port, node);
  lilv_node_free(node);
  return is;
}

static unsigned count_ports(const char* const kind, const char* const way)
{
  unsigned count = 0U;
  for (uint32_t i = 0U; i < lilv_plugin_get_num_ports(plugin); ++i) {
    const LilvPort* const port = lilv_plugin_get_port_by_index(plugin, i);
    count += is_a(port, kind) && is_a(port, way);
  }
  return count;
}

START_TEST(ports_are_those_of_the_shim)
{
  const JamShimInfo* const info = jam_shim_get(JAM_SHIM_VERSION)->describe();
  for (uint32_t i = 0U; i < info->port_count; ++i) {
    const JamShimPortInfo* const port = &info->ports[i];
    const char* const            way =
      port->output ? LILV_URI_OUTPUT_PORT : LILV_URI_INPUT_PORT;
    if (port->midi) {
      ck_assert_uint_eq(count_ports(LILV_URI_ATOM_PORT, way), 1U);
    } else {
      ck_assert_uint_eq(count_ports(LILV_URI_AUDIO_PORT, way), port->channels);
    }
  }
}

END_TEST

START_TEST(parameters_are_those_of_the_shim)
{
  const JamShimInfo* const info  = jam_shim_get(JAM_SHIM_VERSION)->describe();
  const uint32_t           count = lilv_plugin_get_num_ports(plugin);
  float* const lowest   = (float*)calloc(3U * (size_t)count, sizeof(float));
  float* const highest  = lowest + count;
  float* const defaults = highest + count;
  ck_assert_ptr_nonnull(lowest);
  lilv_plugin_get_port_ranges_float(plugin, lowest, highest, defaults);
  for (uint32_t i = 0U; i < info->param_count; ++i) {
    const JamShimParamInfo* const param = &info->params[i];
    const LilvPort* const         port =
      lilv_plugin_get_port_by_index(plugin, FIRST_PARAM + i);
    LilvNode* const        name   = lilv_port_get_name(plugin, port);
    LilvScalePoints* const points = lilv_port_get_scale_points(plugin, port);
    const unsigned         steps =
      param->choices ? (unsigned)(param->maximum - param->minimum) + 1U : 0U;
    ck_assert_str_eq(lilv_node_as_string(lilv_port_get_symbol(plugin, port)),
                     param->symbol);
    ck_assert_str_eq(lilv_node_as_string(name), param->name);
    ck_assert_double_eq((double)lowest[FIRST_PARAM + i],
                        (double)param->minimum);
    ck_assert_double_eq((double)highest[FIRST_PARAM + i],
                        (double)param->maximum);
    ck_assert_double_eq((double)defaults[FIRST_PARAM + i],
                        (double)param->initial);
    ck_assert_uint_eq(points ? lilv_scale_points_size(points) : 0U, steps);
    lilv_scale_points_free(points);
    lilv_node_free(name);
  }
  free(lowest);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("plugin_ttl");
  TCase* const tests = tcase_create("lilv");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, ports_are_those_of_the_shim);
  tcase_add_test(tests, parameters_are_those_of_the_shim);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
