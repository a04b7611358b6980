// SPDX-License-Identifier: MIT
// Opening the window: how large, at which scale, with which icon.

#include "sdl_window.h"

#include "canvas.h"

#include <math.h>

#define ORDINARY_DPI 96.0F
#define SCALE_STEPS 4.0F

enum { ICON_PX = 64 };

// Quarter steps: in between, thin lines would be uneven. Never so large that
// the strips would not stand side by side on this display.
static float scale_of_display(const SDL_Rect room)
{
  float dpi = ORDINARY_DPI;
  if (SDL_GetDisplayDPI(0, NULL, &dpi, NULL) != 0) {
    return 1.0F;
  }
  const float most = (float)room.w / (float)UI_WIDE_FROM;
  const float fits = fminf(dpi / ORDINARY_DPI, most);
  return fmaxf(floorf(fits * SCALE_STEPS + 0.5F) / SCALE_STEPS, 1.0F);
}

// A window without an icon is no reason to stop
static void set_icon(SDL_Window* const window)
{
  UiCanvas* const canvas =
    ui_canvas_new(ICON_PX, ICON_PX, (float)ICON_PX / (float)UI_LOGO_FIELD);
  if (canvas) {
    ui_logo(canvas);
    ui_canvas_flush(canvas);
    int                  stride = 0;
    unsigned char* const pixels = ui_canvas_pixels(canvas, &stride);
    SDL_Surface* const   icon =
      SDL_CreateRGBSurfaceWithFormatFrom(pixels,
                                         ICON_PX,
                                         ICON_PX,
                                         32,
                                         stride,
                                         SDL_PIXELFORMAT_ARGB8888);
    SDL_SetWindowIcon(window, icon);
    SDL_FreeSurface(icon);
    ui_canvas_free(canvas);
  }
}

SDL_Window* ui_window_open(UiScreen* const screen, const UiConfig* const config)
{
  // The program that embeds us decides what an interrupt does
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
    return NULL;
  }
  SDL_Rect room = {0, 0, screen->width, screen->height};
  (void)SDL_GetDisplayUsableBounds(0, &room);
  if (config->scale <= 0.0F) {
    ui_screen_set_scale(screen, scale_of_display(room));
  }
  char title[UI_TITLE_SIZE + sizeof(" - JAMNet")];
  ui_say(title, sizeof(title), "%s - JAMNet", screen->title);
  const int         width  = (int)((float)screen->width * screen->scale);
  const int         height = (int)((float)screen->height * screen->scale);
  SDL_Window* const window =
    SDL_CreateWindow(title,
                     SDL_WINDOWPOS_CENTERED,
                     SDL_WINDOWPOS_CENTERED,
                     config->width > 0 ? width : SDL_min(width, room.w),
                     config->height > 0 ? height : SDL_min(height, room.h),
                     SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (!window) {
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return NULL;
  }
  set_icon(window);
  return window;
}
