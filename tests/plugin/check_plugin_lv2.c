// SPDX-License-Identifier: MIT
// The LV2 plug-in in a host that offers the least there may be.

#include "rig.h"

#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

#include <check.h>
#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000.0
#define FRAMES 64U
#define JAM "urn:jamnet:jam"
#define MAX_URIDS 128U
#define BUFFER 8192U
#define STORE 8U

enum {
  IN,
  OUT_L,
  OUT_R,
  EVENTS_IN,
  EVENTS_OUT,
  INPUT_GAIN,
  OUTPUT_GAIN,
  MONITOR,
  SEND,
  MODE,
  IN_PEAK,
  OUT_PEAK,
  PEOPLE,
  CONNECTION,
  ROUND_TRIP,
  FREE_WHEEL,
  PORTS
};

typedef struct Stored {
  LV2_URID key, type;
  size_t   size;
  char     value[JAM_SHIM_LINK_SIZE];
} Stored;

typedef union Events {
  LV2_Atom_Sequence sequence;
  uint8_t           bytes[BUFFER];
  uint64_t          aligned;
} Events;

typedef struct Plugin {
  LV2_Handle handle;
  float      audio[3][FRAMES];
  float      controls[PORTS];
  Events     in, out;
  uint32_t   out_size;
  uint64_t   position;
  // Taken out of the events
  char     texts[4][JAM_SHIM_LINK_SIZE]; ///< Link, name, bits as text, status
  uint8_t  midi[64][3];
  int64_t  midi_frame[64];
  unsigned midi_count;
} Plugin;

static void*                 library;
static const LV2_Descriptor* descriptor;
static const char*           urids[MAX_URIDS];
static unsigned              urid_count;
static unsigned              log_lines;
static Plugin                plugin;
static Stored                stored[STORE];
static unsigned              stored_count;

static LV2_URID map(LV2_URID_Map_Handle handle, const char* uri)
{
  (void)handle;
  for (unsigned i = 0U; i < urid_count; ++i) {
    if (!strcmp(urids[i], uri)) {
      return i + 1U;
    }
  }
  ck_assert_uint_lt(urid_count, MAX_URIDS);
  urids[urid_count] = uri; // All of them are literals
  return ++urid_count;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 0)))
#endif
static int
log_vprintf(LV2_Log_Handle handle,
            LV2_URID       type,
            const char*    text,
            va_list        args)
{
  (void)handle;
  (void)type;
  ++log_lines;
  return vprintf(text, args);
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int
log_printf(LV2_Log_Handle handle, LV2_URID type, const char* text, ...)
{
  va_list args;
  va_start(args, text);
  const int count = log_vprintf(handle, type, text, args);
  va_end(args);
  return count;
}

static LV2_URID_Map      mapper      = {NULL, map};
static LV2_Log_Log       logger      = {NULL, log_printf, log_vprintf};
static const LV2_Feature map_feature = {LV2_URID__map, &mapper};
static const LV2_Feature log_feature = {LV2_LOG__log, &logger};

static LV2_Handle make(const double rate_hz, const bool with_log)
{
  const LV2_Feature* const features[] = {&map_feature,
                                         with_log ? &log_feature : NULL,
                                         NULL};
  return descriptor->instantiate(descriptor, rate_hz, "/", features);
}

static void connect_all(Plugin* const p)
{
  for (unsigned i = 0U; i < PORTS; ++i) {
    void* const to = i < EVENTS_IN     ? (void*)p->audio[i]
                     : i == EVENTS_IN  ? (void*)&p->in
                     : i == EVENTS_OUT ? (void*)&p->out
                                       : (void*)&p->controls[i];
    descriptor->connect_port(p->handle, i, to);
  }
  p->controls[SEND] = 1.0F;
  p->controls[MODE] = 1.0F;
  p->out_size       = BUFFER - (uint32_t)sizeof(LV2_Atom);
}

static void clear_events(Plugin* const p)
{
  p->in.sequence.atom.type = map(NULL, LV2_ATOM__Sequence);
  p->in.sequence.atom.size = sizeof(LV2_Atom_Sequence_Body);
  p->in.sequence.body.unit = 0U;
  p->in.sequence.body.pad  = 0U;
}

static void start(const double rate_hz)
{
  memset(&plugin, 0, sizeof(plugin));
  plugin.handle = make(rate_hz, true);
  ck_assert_ptr_nonnull(plugin.handle);
  connect_all(&plugin);
  clear_events(&plugin);
  descriptor->activate(plugin.handle);
}

static void stop(void)
{
  descriptor->deactivate(plugin.handle);
  descriptor->cleanup(plugin.handle);
}

static void add_event(Plugin* const p, const LV2_Atom* const atom)
{
  static union {
    LV2_Atom_Event event;
    uint8_t        bytes[2048];
  } buffer;

  buffer.event.time.frames = 5;
  memcpy(&buffer.event.body, atom, sizeof(*atom) + atom->size);
  ck_assert_ptr_nonnull(
    lv2_atom_sequence_append_event(&p->in.sequence,
                                   BUFFER - (uint32_t)sizeof(LV2_Atom),
                                   &buffer.event));
}

static void play_note(Plugin* const p, const uint8_t note)
{
  const struct {
    LV2_Atom atom;
    uint8_t  bytes[8];
  } midi = {{3U, map(NULL, LV2_MIDI__MidiEvent)}, {0x90U, note, 100U}};

  add_event(p, &midi.atom);
}

/// patch:Set of a text, or a number if it is null; patch:Get if `set` is false.
static void patch(Plugin* const     p,
                  const bool        set,
                  const char* const property,
                  const char* const text,
                  const int32_t     value)
{
  static union {
    LV2_Atom atom;
    uint8_t  bytes[2048];
  } buffer;

  LV2_Atom_Forge       forge;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_init(&forge, &mapper);
  lv2_atom_forge_set_buffer(&forge, buffer.bytes, sizeof(buffer));
  lv2_atom_forge_object(&forge,
                        &frame,
                        0U,
                        map(NULL, set ? LV2_PATCH__Set : LV2_PATCH__Get));
  if (property) {
    lv2_atom_forge_key(&forge, map(NULL, LV2_PATCH__property));
    lv2_atom_forge_urid(&forge, map(NULL, property));
  }
  if (set) {
    lv2_atom_forge_key(&forge, map(NULL, LV2_PATCH__value));
    if (text) {
      lv2_atom_forge_string(&forge, text, (uint32_t)strlen(text));
    } else {
      lv2_atom_forge_int(&forge, value);
    }
  }
  lv2_atom_forge_pop(&forge, &frame);
  add_event(p, &buffer.atom);
}

static void take_property(Plugin* const p, const LV2_Atom_Object* const object)
{
  static const char* const names[]  = {JAM "#link",
                                       JAM "#name",
                                       JAM "#bits",
                                       JAM "#status"};
  const LV2_Atom*          property = NULL;
  const LV2_Atom*          value    = NULL;
  ck_assert_uint_eq(object->body.otype, map(NULL, LV2_PATCH__Set));
  lv2_atom_object_get(object,
                      map(NULL, LV2_PATCH__property),
                      &property,
                      map(NULL, LV2_PATCH__value),
                      &value,
                      0);
  ck_assert_ptr_nonnull(property);
  ck_assert_ptr_nonnull(value);
  const LV2_URID which = ((const LV2_Atom_URID*)property)->body;
  for (unsigned i = 0U; i < 4U; ++i) {
    if (which != map(NULL, names[i])) {
      continue;
    }
    if (value->type == map(NULL, LV2_ATOM__Int)) {
      (void)snprintf(p->texts[i],
                     sizeof(p->texts[i]),
                     "%d",
                     ((const LV2_Atom_Int*)value)->body);
    } else {
      ck_assert_uint_eq(value->type, map(NULL, LV2_ATOM__String));
      ck_assert_uint_le(value->size, sizeof(p->texts[i]));
      memcpy(p->texts[i], value + 1, value->size);
    }
  }
}

static void take_events(Plugin* const p)
{
  int64_t last = 0;
  ck_assert_uint_le(p->out.sequence.atom.size, p->out_size);
  LV2_ATOM_SEQUENCE_FOREACH(&p->out.sequence, event)
  {
    ck_assert_int_ge(event->time.frames, last);
    ck_assert_int_lt(event->time.frames, (int64_t)FRAMES);
    last = event->time.frames;
    if (event->body.type == map(NULL, LV2_ATOM__Object)) {
      take_property(p, (const LV2_Atom_Object*)&event->body);
    } else if (p->midi_count < 64U) {
      ck_assert_uint_eq(event->body.type, map(NULL, LV2_MIDI__MidiEvent));
      memcpy(p->midi[p->midi_count], &event->body + 1, event->body.size);
      p->midi_frame[p->midi_count++] = event->time.frames;
    }
  }
}

/// One block at the pace of a sound card, with a tone or a constant.
static void run(Plugin* const p, const double tone_hz, const float constant)
{
  static JamTime next;
  const JamTime  now = jam_now();
  if (next < now - JAM_SECOND) {
    next = now;
  }
  while (jam_now() < next) {
    rig_nap();
  }
  next += (JamTime)(FRAMES * 1e9 / RATE);
  for (unsigned i = 0U; i < FRAMES; ++i) {
    const double phase =
      6.283185307179586 * tone_hz * (double)(p->position + i) / RATE;
    p->audio[IN][i] =
      tone_hz > 0.0 ? (float)(RIG_LEVEL * sin(phase)) : constant;
  }
  p->position += FRAMES;
  p->out.sequence.atom.size = p->out_size;
  p->out.sequence.atom.type = map(NULL, LV2_ATOM__Chunk);
  descriptor->run(p->handle, FRAMES);
  take_events(p);
  clear_events(p);
}

static bool comes_to(Plugin* const p, const float in, const float out)
{
  const JamTime end = jam_now() + RIG_PATIENCE;
  do {
    run(p, 0.0, in);
  } while (fabsf(p->audio[OUT_R][FRAMES - 1U] - out) > 1e-4F &&
           jam_now() < end);
  return fabsf(p->audio[OUT_R][FRAMES - 1U] - out) <= 1e-4F;
}

static LV2_State_Status store(LV2_State_Handle handle,
                              uint32_t         key,
                              const void*      value,
                              size_t           size,
                              uint32_t         type,
                              uint32_t         flags)
{
  (void)handle;
  ck_assert_uint_eq(flags, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  ck_assert_uint_lt(stored_count, STORE);
  Stored* const to = &stored[stored_count++];
  to->key          = key;
  to->type         = type;
  to->size         = size;
  memcpy(to->value, value, size);
  return LV2_STATE_SUCCESS;
}

static LV2_State_Status refuse(LV2_State_Handle handle,
                               uint32_t         key,
                               const void*      value,
                               size_t           size,
                               uint32_t         type,
                               uint32_t         flags)
{
  (void)handle;
  (void)key;
  (void)value;
  (void)size;
  (void)type;
  (void)flags;
  return LV2_STATE_ERR_NO_SPACE;
}

static const void* retrieve(LV2_State_Handle handle,
                            uint32_t         key,
                            size_t*          size,
                            uint32_t*        type,
                            uint32_t*        flags)
{
  (void)handle;
  for (unsigned i = 0U; i < stored_count; ++i) {
    if (stored[i].key == key) {
      *size  = stored[i].size;
      *type  = stored[i].type;
      *flags = LV2_STATE_IS_POD;
      return stored[i].value;
    }
  }
  return NULL;
}

static const LV2_State_Interface* state(void)
{
  return (const LV2_State_Interface*)descriptor->extension_data(
    LV2_STATE__interface);
}

static void setup(void)
{
  LV2_Descriptor_Function get = NULL;
  library                     = dlopen(JAM_LV2_BINARY, RTLD_NOW | RTLD_LOCAL);
  ck_assert_msg(library != NULL, "%s", dlerror());
  void* const symbol = dlsym(library, "lv2_descriptor");
  memcpy(&get, &symbol, sizeof(get));
  descriptor = get(0U);
  ck_assert_ptr_nonnull(descriptor);
  ck_assert_str_eq(descriptor->URI, JAM);
  ck_assert_ptr_null(get(1U));
  ck_assert_ptr_null(descriptor->extension_data("urn:other"));
  log_lines    = 0U;
  stored_count = 0U;
}

static void teardown(void)
{
  (void)dlclose(library);
}

START_TEST(features_may_be_missing)
{
  const LV2_Feature* const none[] = {NULL};
  ck_assert_ptr_null(descriptor->instantiate(descriptor, RATE, "/", none));
  ck_assert_ptr_null(descriptor->instantiate(descriptor, RATE, "/", NULL));
  memset(&plugin, 0, sizeof(plugin));
  plugin.handle = make(RATE, false);
  ck_assert_ptr_nonnull(plugin.handle);
  descriptor->connect_port(plugin.handle, 1000U, &plugin);
  descriptor->activate(plugin.handle);
  descriptor->run(plugin.handle, FRAMES); // Nothing is connected
  connect_all(&plugin);
  clear_events(&plugin);
  run(&plugin, 0.0, 0.5F);
  stop();
}

END_TEST

START_TEST(a_wrong_rate_is_silent_and_told)
{
  start(88200.0);
  plugin.controls[MONITOR] = 1.0F;
  const JamTime end        = jam_now() + RIG_PATIENCE;
  while (!strstr(plugin.texts[3], "88200") && jam_now() < end) {
    run(&plugin, 0.0, 0.5F);
    ck_assert_double_eq((double)plugin.audio[OUT_L][FRAMES - 1U], 0.0);
  }
  ck_assert_uint_eq(log_lines, 1U);
  ck_assert_double_eq((double)plugin.controls[CONNECTION],
                      (double)JAM_SHIM_FAILED);
  stop();
}

END_TEST

START_TEST(controls_do_what_they_say)
{
  start(RATE);
  plugin.controls[MONITOR] = 1.0F;
  ck_assert(comes_to(&plugin, 0.5F, 0.5F));
  plugin.controls[OUTPUT_GAIN] = -6.0206F;
  ck_assert(comes_to(&plugin, 0.5F, 0.25F));
  ck_assert_double_gt((double)plugin.controls[IN_PEAK], 0.4);
  ck_assert_double_gt((double)plugin.controls[OUT_PEAK], 0.2);
  plugin.controls[FREE_WHEEL] = 1.0F;
  run(&plugin, 0.0, 0.5F);
  ck_assert_double_eq((double)plugin.audio[OUT_L][FRAMES - 1U], 0.0);
  plugin.controls[FREE_WHEEL] = 0.0F;
  ck_assert(comes_to(&plugin, 0.5F, 0.25F));
  stop();
}

END_TEST

START_TEST(properties_are_set_and_told)
{
  start(RATE);
  patch(&plugin, true, JAM "#link", "hello", 0);
  patch(&plugin, true, JAM "#name", "Ana", 0);
  patch(&plugin, true, JAM "#bits", NULL, 16);
  patch(&plugin, true, JAM "#other", "ignored", 0);
  patch(&plugin, true, JAM "#bits", NULL, 20);
  patch(&plugin, true, JAM "#bits", "24", 0);
  patch(&plugin, true, JAM "#link", NULL, 5);
  patch(&plugin, false, NULL, NULL, 0);
  run(&plugin, 0.0, 0.0F);
  ck_assert_str_eq(plugin.texts[0], "hello");
  ck_assert_str_eq(plugin.texts[1], "Ana");
  ck_assert_str_eq(plugin.texts[2], "16");

  const JamTime end = jam_now() + RIG_PATIENCE;
  while (!strstr(plugin.texts[3], "not an invite link") && jam_now() < end) {
    run(&plugin, 0.0, 0.0F);
  }
  ck_assert(strstr(plugin.texts[3], "not an invite link") != NULL);

  memset(plugin.texts, 0, sizeof(plugin.texts));
  patch(&plugin, false, JAM "#name", NULL, 0);
  run(&plugin, 0.0, 0.0F);
  ck_assert_str_eq(plugin.texts[1], "Ana");
  ck_assert_str_eq(plugin.texts[0], "");

  // A text that is too long is none
  char long_text[JAM_SHIM_LINK_SIZE + 1U];
  memset(long_text, 'x', sizeof(long_text));
  long_text[JAM_SHIM_LINK_SIZE] = '\0';
  patch(&plugin, true, JAM "#link", long_text, 0);
  patch(&plugin, false, JAM "#link", NULL, 0);
  run(&plugin, 0.0, 0.0F);
  ck_assert_str_eq(plugin.texts[0], "hello");
  stop();
}

END_TEST

START_TEST(what_has_no_room_waits)
{
  start(RATE);
  patch(&plugin, true, JAM "#name", "Ana", 0);
  patch(&plugin, false, NULL, NULL, 0);
  for (uint32_t size = 0U; size < 300U; size += 8U) {
    memset(&plugin.out, 0x5A, sizeof(plugin.out));
    plugin.out_size               = size;
    plugin.out.sequence.atom.size = size;
    descriptor->run(plugin.handle, FRAMES);
    clear_events(&plugin);
    for (size_t i = sizeof(LV2_Atom) + size; i < sizeof(plugin.out); ++i) {
      ck_assert_uint_eq(plugin.out.bytes[i], 0x5AU);
    }
    if (size >= sizeof(LV2_Atom_Sequence_Body)) {
      take_events(&plugin);
    }
  }
  ck_assert_str_eq(plugin.texts[1], "Ana");
  stop();
}

END_TEST

START_TEST(a_state_comes_back)
{
  start(RATE);
  patch(&plugin, true, JAM "#link", "jamnet://somewhere", 0);
  patch(&plugin, true, JAM "#name", "Zo\xc3\xab", 0);
  patch(&plugin, true, JAM "#bits", NULL, 16);
  run(&plugin, 0.0, 0.0F);
  ck_assert_ptr_nonnull(state());
  ck_assert_int_eq(state()->save(plugin.handle, refuse, NULL, 0U, NULL),
                   LV2_STATE_ERR_NO_SPACE);
  ck_assert_int_eq(state()->save(plugin.handle, store, NULL, 0U, NULL),
                   LV2_STATE_SUCCESS);
  stop();
  ck_assert_uint_eq(stored_count, 3U);

  start(RATE);
  ck_assert_int_eq(state()->restore(plugin.handle, retrieve, NULL, 0U, NULL),
                   LV2_STATE_SUCCESS);
  run(&plugin, 0.0, 0.0F);
  ck_assert_str_eq(plugin.texts[0], "jamnet://somewhere");
  ck_assert_str_eq(plugin.texts[1], "Zo\xc3\xab");
  ck_assert_str_eq(plugin.texts[2], "16");

  stored[0].size = 3U; // The text has no end now
  ck_assert_int_eq(state()->restore(plugin.handle, retrieve, NULL, 0U, NULL),
                   LV2_STATE_ERR_UNKNOWN);
  ck_assert_uint_eq(log_lines, 1U);
  stored_count = 0U; // Nothing saved: everything stays
  ck_assert_int_eq(state()->restore(plugin.handle, retrieve, NULL, 0U, NULL),
                   LV2_STATE_SUCCESS);
  run(&plugin, 0.0, 0.0F);
  ck_assert_str_eq(plugin.texts[0], "jamnet://somewhere");
  stop();
}

END_TEST

START_TEST(sound_and_midi_go_both_ways)
{
  char                 link[JAM_LINK_SIZE];
  static RigHost       other;
  const JamShim* const shim = jam_shim_get(JAM_SHIM_VERSION);
  JamNode* const       node = rig_node(0U, NULL);
  rig_invite(node, link);
  rig_start(&other, shim, rig_instance(shim, "Ben", link), RATE, 1, NULL);
  start(RATE);
  patch(&plugin, true, JAM "#link", link, 0);

  const JamTime end   = jam_now() + 2 * RIG_PATIENCE;
  float         heard = 0.0F;
  bool          sent  = false;
  while (
    (heard < 0.4F || plugin.midi_count < 1U || rig_midi_count(&other) < 1U) &&
    jam_now() < end) {
    if (plugin.controls[PEOPLE] == 2.0F && !sent) {
      JamShimStatus status;
      shim->status(other.jam, &status);
      sent = status.people == 2U;
      if (sent) {
        play_note(&plugin, 60U);
        rig_play(&other, 0x91U, 72U, 90U);
      }
    }
    run(&plugin, rig_tones_hz[0], 0.0F);
    heard = fmaxf(heard, plugin.controls[OUT_PEAK]);
  }
  ck_assert_double_ge((double)heard, 0.4);
  ck_assert_double_eq((double)plugin.controls[CONNECTION],
                      (double)JAM_SHIM_JOINED);
  ck_assert_double_gt((double)plugin.controls[ROUND_TRIP], 0.0);
  ck_assert_uint_eq(plugin.midi_count, 1U);
  ck_assert_uint_eq(plugin.midi[0][0], 0x91U);
  ck_assert_uint_eq(plugin.midi[0][1], 72U);
  ck_assert_str_eq(plugin.texts[3], "1 other in the room.");
  rig_stop(&other);
  ck_assert(!atomic_load(&other.bad));
  ck_assert_uint_ge(other.heard_count, 1U);
  ck_assert_uint_eq(other.heard[0].bytes[1], 60U);
  shim->destroy(other.jam);
  stop();
  jam_node_stop(node);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("plugin_lv2");
  TCase* const tests = tcase_create("host");
  tcase_set_timeout(tests, 100.0);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, features_may_be_missing);
  tcase_add_test(tests, a_wrong_rate_is_silent_and_told);
  tcase_add_test(tests, controls_do_what_they_say);
  tcase_add_test(tests, properties_are_set_and_told);
  tcase_add_test(tests, what_has_no_room_waits);
  tcase_add_test(tests, a_state_comes_back);
  tcase_add_test(tests, sound_and_midi_go_both_ways);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
