// SPDX-License-Identifier: MIT
// The window's loop.

#include "app.h"

#include "ui/ui.h"

#include <stdio.h>
#include <string.h>

#define POLL_PERIOD (100 * JAM_MS)

static UiTheme theme(const char* const name)
{
  return !strcmp(name, "light")      ? UI_THEME_LIGHT
         : !strcmp(name, "contrast") ? UI_THEME_CONTRAST
                                     : UI_THEME_DARK;
}

bool app_window(App* const app)
{
  UiConfig config;
  ui_config_default(&config);
  config.invite = app->node ? app->invite : app->options->link;
  config.theme  = theme(app->options->theme);
  config.scale  = (float)app->options->scale_percent / 100.0f;
  config.mode   = app->options->mode;
  Ui* const ui  = ui_new(&config);
  if (!ui) {
    (void)fprintf(stderr,
                  "jamnet: No window can be opened (%s). Use --headless to "
                  "play without one.\n",
                  ui_error());
    return false;
  }
  JamTime next_poll = 0;
  for (bool on = true; on;) {
    if (jam_now() >= next_poll) {
      next_poll = jam_now() + POLL_PERIOD;
      (void)app_poll(app);
    }
    jam_view(app->jam, &app->view);
    on = ui_frame(ui, &app->view);
    JamCommand command;
    while (ui_take_command(ui, &command)) {
      (void)jam_command(app->jam, &command);
    }
  }
  ui_free(ui);
  return true;
}
