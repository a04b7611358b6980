// SPDX-License-Identifier: MIT
// The window of the jam app. A JamView goes in every frame, JamCommands come
// out; nothing is called back. One window per process, one thread (the one
// that called ui_new).
//
//   Ui* ui = ui_new(&config);
//   while (ui_frame(ui, &view)) {
//     while (ui_take_command(ui, &command)) { jam_command(jam, &command); }
//     jam_view(jam, &view);
//   }
//   ui_free(ui);

#ifndef JAM_UI_UI_H
#define JAM_UI_UI_H

#include <jamnet/jamnet.h>

#include <stdbool.h>
#include <stddef.h>

typedef enum UiTheme {
  UI_THEME_DARK,
  UI_THEME_LIGHT,
  UI_THEME_CONTRAST,
  UI_THEME_COUNT
} UiTheme;

/// Filled by ui_config_default; then change what matters. Strings are copied.
typedef struct UiConfig {
  const char* title;  ///< The room's name; null: "Jam room"
  const char* invite; ///< Link that others join with; null: no Invite button
  UiTheme     theme;
  float       scale; ///< 0.75 .. 3; 0: from the display
  int width, height; ///< At scale 1; 0: 1280 x 720, or what the display holds
  JamMode mode;      ///< As in JamConfig, so that the choice shows it
} UiConfig;

typedef struct Ui Ui;

/// Fills a configuration that works: dark, of a size that fits, normal mode.
void ui_config_default(UiConfig* config);

/// Opens the window. Null if there is no display (see ui_error) or no memory.
Ui* ui_new(const UiConfig* config);

/// Closes the window; null is fine.
void ui_free(Ui* ui);

/// Returns why ui_new failed, as the window system says it.
const char* ui_error(void);

/// Handles input, shows `view`, and waits for the next frame: 60 a second, 4
/// while nobody can see the window. False once the user wants to quit.
bool ui_frame(Ui* ui, const JamView* view);

/// Takes the next thing the user wants. False when there is none.
bool ui_take_command(Ui* ui, JamCommand* out);

/// Writes what the window shows as a PNG file.
bool ui_screenshot(const Ui* ui, const char* path);

/// Writes every widget as a line "name, role, value", as a screen reader
/// would say it. Returns the length without terminator, like snprintf.
size_t ui_describe(const Ui* ui, char* out, size_t capacity);

#endif // JAM_UI_UI_H
