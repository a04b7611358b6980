// SPDX-License-Identifier: MIT
// The jam app: engine, device, node when hosting, and what it tells the user.

#ifndef JAM_CLIENT_APP_H
#define JAM_CLIENT_APP_H

#include "audio.h"
#include "midi.h"
#include "options.h"

#include <jamnet/jamnet.h>

typedef struct App {
  const ClientOptions* options;
  Audio*               audio;
  Midi*                midi;          ///< Null: no MIDI
  MidiRecorder*        midi_recorder; ///< Null: not wanted
  Jam*                 jam;
  JamNode*             node; ///< Null: not hosting
  char                 invite[JAM_LINK_SIZE];
  char                 shown[JAM_TEXT_SIZE]; ///< Newest state told to the user
  JamTime              joined;               ///< 0: not yet
  bool                 counted; ///< The transport has been set as wished
  JamView              view;
  JamView              heard; ///< Newest with the most people, for the report
} App;

/// Opens the device, starts the engine and a node when hosting, and joins.
/// False after one sentence on standard error; app_stop may then be called.
bool app_start(App* app, const ClientOptions* options);

/// Looks after the device and tells news on the terminal. Call a few times a
/// second. False when there is nothing left to do.
bool app_poll(App* app);

/// Leaves, writes the report, and releases everything. Returns false when the
/// device's library hangs: the process must then end with _exit.
bool app_stop(App* app);

/// Writes what was heard of whom as JSON (report.c). False after one sentence.
bool app_report(const App* app, const char* path);

/// Prints the devices (devices.c).
void app_list_devices(void);

/// Runs the window until it is closed (window.c). False if there is none.
bool app_window(App* app);

#endif // JAM_CLIENT_APP_H
