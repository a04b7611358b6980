// SPDX-License-Identifier: MIT
// Opening the SDL window.

#ifndef JAM_UI_SDL_WINDOW_H
#define JAM_UI_SDL_WINDOW_H

#include "screen.h"

#include <SDL.h>

/// Starts SDL's video and opens a window for a screen, whose scale it may set.
/// Null with SDL's error set; then video is stopped again.
SDL_Window* ui_window_open(UiScreen* screen, const UiConfig* config);

#endif // JAM_UI_SDL_WINDOW_H
