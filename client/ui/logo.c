// SPDX-License-Identifier: MIT
// The logo, for the icon of the window: a letter J that is also a note, its
// flags lines that arrive from other players.

#include "canvas_private.h"

#define PLATE_TOP 0x2A3237FFU
#define PLATE_BOTTOM 0x0E1012FFU
#define INK 0xF4F1EAFFU
#define FLAG_WIDTH 36.0
#define FLAG_STEP 70.0

enum { FLAGS = 3, PLATE = 16, PLATE_RADIUS = 112 };

static void draw_flag(UiCanvas* const canvas, const int index)
{
  // sky, rose, sand
  static const unsigned hues[FLAGS] = {0, 3, 4};
  const double          y           = FLAG_STEP * index;
  ui_canvas_colour(canvas, canvas->palette->identity[hues[index]]);
  cairo_move_to(canvas->cr, 292.0, 116.0 + y);
  cairo_curve_to(canvas->cr,
                 304.0,
                 164.0 + y,
                 400.0,
                 146.0 + y,
                 416.0,
                 206.0 + y);
  cairo_stroke(canvas->cr);
}

static void draw_letter(UiCanvas* const canvas)
{
  cairo_t* const cr = canvas->cr;
  cairo_move_to(cr, 317.0, 112.0);
  cairo_line_to(cr, 317.0, 318.0);
  cairo_curve_to(cr, 317.0, 378.0, 268.0, 427.0, 208.0, 427.0);
  cairo_curve_to(cr, 146.0, 427.0, 102.0, 391.0, 102.0, 343.0);
  cairo_curve_to(cr, 102.0, 309.0, 130.0, 284.0, 166.0, 284.0);
  cairo_curve_to(cr, 204.0, 284.0, 230.0, 309.0, 230.0, 340.0);
  cairo_curve_to(cr, 230.0, 356.0, 223.0, 370.0, 211.0, 377.0);
  cairo_curve_to(cr, 244.0, 374.0, 267.0, 349.0, 267.0, 318.0);
  cairo_line_to(cr, 267.0, 112.0);
  cairo_curve_to(cr, 267.0, 79.0, 317.0, 79.0, 317.0, 112.0);
  cairo_close_path(cr);
  ui_canvas_colour(canvas, INK);
  cairo_fill(cr);
}

void ui_logo(UiCanvas* const canvas)
{
  const UiRect field = {0.0, 0.0, UI_LOGO_FIELD, UI_LOGO_FIELD};
  ui_fill_gradient(canvas,
                   ui_inset(field, PLATE),
                   PLATE_RADIUS,
                   PLATE_TOP,
                   PLATE_BOTTOM);
  cairo_set_line_width(canvas->cr, FLAG_WIDTH);
  cairo_set_line_cap(canvas->cr, CAIRO_LINE_CAP_ROUND);
  for (int i = 0; i < FLAGS; ++i) {
    draw_flag(canvas, i);
  }
  draw_letter(canvas);
}
