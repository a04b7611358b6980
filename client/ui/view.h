// SPDX-License-Identifier: MIT
// What the window knows about the jam: the engine's snapshot made calm enough
// to read (meters that fall slowly, words that do not flicker), plus what the
// user has just asked for and the engine has not yet confirmed. No drawing and
// no window system here; time comes in, in seconds.

#ifndef JAM_UI_VIEW_H
#define JAM_UI_VIEW_H

#include <jamnet/jamnet.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_COMMANDS = 128, UI_SENTENCE = 256 };

/// A level as people read it.
typedef struct UiMeter {
  float    rms_db, peak_db, hold_db;
  double   hold_until;
  float    figure_db; ///< Of the hold line, renewed four times a second
  uint32_t clips;
  double   clip_until;
} UiMeter;

/// A value the user sets. For a moment after that the user's word counts, not
/// the engine's, which may not have heard it yet.
typedef struct UiWish {
  float  value;
  double until;
} UiWish;

/// Health that has lasted long enough to be shown.
typedef struct UiLink {
  JamHealth shown, next;
  double    next_since, words_at;
  char      cause[48], detail[64];
  int       delay_ms;
  bool      buffer_helps; ///< More buffer would ride it out
} UiLink;

typedef struct UiPerson {
  uint16_t id;
  char     name[JAM_NAME_SIZE];
  unsigned hue;
  UiMeter  meter;
  UiLink   link;
  UiWish   gain, pan, mute;
  bool     solo;
  bool     heard_off; ///< Mute as last asked of the engine (solo included)
  bool     midi;
  float    loss, loss_now; ///< As shown, and as it is
  uint32_t midi_events;
  double   midi_until;
  bool     present; ///< Scratch of ui_model_update
} UiPerson;

/// Microphone to ear, one way, and where it goes.
typedef struct UiDelay {
  bool   known, rough; ///< Rough: the clock error makes it "about"
  int    total_ms, devices_ms, network_ms, buffer_ms;
  char   farthest[JAM_NAME_SIZE];
  int    farthest_ms;
  double renewed_at;
} UiDelay;

typedef struct UiModel {
  double   now;
  bool     started;
  JamState state;
  double   state_since;
  char     message[JAM_TEXT_SIZE];
  UiPerson people[JAM_MAX_USERS]; ///< Self first, then as they came
  unsigned count;                 ///< At least 1: oneself
  UiWish   send;
  bool     talking; ///< Send is open only while the talk key is down
  bool     monitor;
  JamMode  mode;
  UiDelay  delay;
  float    loss;
  double   facts_at;
  float    rtt_ms;
  uint32_t rate_hz;
  uint8_t  bits;
  uint64_t callbacks;
  double   callback_at;
  bool     device_silent;     ///< The sound card has stopped calling
  char     note[UI_SENTENCE]; ///< "Davi joined"
  double   note_until;

  JamCommand commands[UI_COMMANDS];
  unsigned   command_count;
} UiModel;

/// Starts empty: alone in the room, nothing known.
void ui_model_init(UiModel* model, JamMode mode);

/// Takes in a new snapshot.
void ui_model_update(UiModel* model, const JamView* view, double now);

/// Returns whether this person is silent here: muted, or another has solo.
bool ui_person_silenced(const UiModel* model, const UiPerson* person);

/// Returns the first person whom solo lets through, or null without solo.
const UiPerson* ui_model_solo(const UiModel* model);

/// Returns how many have solo.
unsigned ui_model_solo_count(const UiModel* model);

/// Returns whether sound is really on its way to the others.
bool ui_model_sending(const UiModel* model);

// What the user can ask for; each queues the commands that it takes.
void ui_ask_gain(UiModel* model, unsigned person, float gain);
void ui_ask_pan(UiModel* model, unsigned person, float pan);
void ui_ask_mute(UiModel* model, unsigned person, bool on);
void ui_ask_mute_all(UiModel* model, bool on);
void ui_ask_solo(UiModel* model, unsigned person, bool on, bool alone);
void ui_ask_no_solo(UiModel* model);
void ui_ask_level_all(UiModel* model);
void ui_ask_send(UiModel* model, bool on);
void ui_ask_talk(UiModel* model, bool on);
void ui_ask_monitor(UiModel* model, bool on);
void ui_ask_mode(UiModel* model, JamMode mode);

/// Asks for the mutes that Mute and Solo come to, where they have changed.
void ui_ask_heard(UiModel* model);

/// Puts out a clip lamp.
void ui_clear_clip(UiModel* model, unsigned person);

/// Takes the oldest command. False when there is none.
bool ui_model_take(UiModel* model, JamCommand* out);

// meter.c

/// Starts at the floor.
void ui_meter_init(UiMeter* meter);

/// Moves a meter on by `elapsed` seconds to `now`, with new linear levels.
void ui_meter_update(UiMeter*       meter,
                     const JamUser* user,
                     double         now,
                     double         elapsed);

#endif // JAM_UI_VIEW_H
