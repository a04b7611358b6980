// SPDX-License-Identifier: MIT
// Writes what the window looks like as a PNG file, without a display:
//
//   SDL_VIDEODRIVER=dummy ui_shot --out shot.png --size 1280x720
//     --theme dark|light|contrast --scene good|trouble|alone|crowd
//     --scale 1 --keys "Tab Tab Up" --describe

#include "scene.h"
#include "screen.h"

#include <SDL.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTLING_FRAMES = 3, TEXT_SIZE = 65536 };

typedef struct Options {
  UiConfig    config;
  Scene       scene;
  const char* out;
  const char* keys;
  bool        describe;
} Options;

static int choice(const char* const word, const char* const* names, int count)
{
  for (int i = 0; i < count; ++i) {
    if (strcmp(word, names[i]) == 0) {
      return i;
    }
  }
  fprintf(stderr, "ui_shot: %s is none of the choices\n", word);
  exit(2);
}

static void read_option(Options* const    options,
                        const char* const name,
                        const char* const value)
{
  static const char* const themes[] = {"dark", "light", "contrast"};
  const char*              scenes[SCENE_COUNT];
  for (int i = 0; i < SCENE_COUNT; ++i) {
    scenes[i] = scene_name((Scene)i);
  }
  UiConfig* const config = &options->config;
  if (strcmp(name, "--out") == 0) {
    options->out = value;
  } else if (strcmp(name, "--keys") == 0) {
    options->keys = value;
  } else if (strcmp(name, "--size") == 0) {
    char* end      = NULL;
    config->width  = (int)strtol(value, &end, 10);
    config->height = (*end == 'x') ? (int)strtol(end + 1, NULL, 10) : 0;
  } else if (strcmp(name, "--scale") == 0) {
    config->scale = strtof(value, NULL);
  } else if (strcmp(name, "--theme") == 0) {
    config->theme = (UiTheme)choice(value, themes, UI_THEME_COUNT);
  } else if (strcmp(name, "--scene") == 0) {
    options->scene = (Scene)choice(value, scenes, SCENE_COUNT);
  } else {
    fprintf(stderr, "ui_shot: no option %s\n", name);
    exit(2);
  }
}

static void press_keys(const char* const keys)
{
  char list[256];
  snprintf(list, sizeof(list), "%s", keys);
  for (char* word = strtok(list, " "); word; word = strtok(NULL, " ")) {
    SDL_Event event      = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = SDL_GetKeyFromName(word);
    SDL_PushEvent(&event);
  }
}

static int shoot(const Options* const options)
{
  JamView view;
  scene_fill(&view, options->scene);
  Ui* const ui = ui_new(&options->config);
  if (!ui) {
    fprintf(stderr, "ui_shot: %s\n", ui_error());
    return 1;
  }
  for (int i = 0; i < SETTLING_FRAMES; ++i) {
    ui_frame(ui, &view);
    if (i == 0 && options->keys) {
      press_keys(options->keys);
    }
    // A lamp lights by a change
    view.users[1].midi_events = 1;
    if (options->scene == SCENE_TROUBLE) {
      view.users[view.user_count - 1U].clips = 2;
    }
  }
  const bool written = !options->out || ui_screenshot(ui, options->out);
  if (options->describe) {
    static char text[TEXT_SIZE];
    ui_describe(ui, text, sizeof(text));
    fputs(text, stdout);
  }
  ui_free(ui);
  return written ? 0 : 1;
}

int main(int argc, char** argv)
{
  Options options = {.scene = SCENE_GOOD};
  ui_config_default(&options.config);
  options.config.title  = "Tuesday room";
  options.config.invite = SCENE_LINK;
  options.config.scale  = 1.0F;
  // Not what the display holds, or pictures would differ from place to place
  options.config.width  = UI_WINDOW_W;
  options.config.height = UI_WINDOW_H;
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--describe") == 0) {
      options.describe = true;
    } else if (i + 1 < argc) {
      read_option(&options, argv[i], argv[i + 1]);
      ++i;
    } else {
      read_option(&options, argv[i], "");
    }
  }
  return shoot(&options);
}
