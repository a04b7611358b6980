// SPDX-License-Identifier: MIT
// The inside of a canvas, for the files that draw on it.

#ifndef JAM_UI_CANVAS_PRIVATE_H
#define JAM_UI_CANVAS_PRIVATE_H

#include "canvas.h"

#include <pango/pangocairo.h>

struct UiCanvas {
  cairo_surface_t*      surface;
  cairo_t*              cr;
  PangoLayout*          layout;
  PangoFontDescription* font;
  PangoAttrList*        features;
  const UiPalette*      palette;
};

/// Sets the colour to draw with.
void ui_canvas_colour(const UiCanvas* canvas, UiColour colour);

#endif // JAM_UI_CANVAS_PRIVATE_H
