// SPDX-License-Identifier: MIT
// Pango: lines of text; and the icons, drawn on a field of 24 x 24.

#include "canvas_private.h"

#include <math.h>

#define PI 3.14159265358979323846
#define FIELD 24.0

enum { SIGN_DISC = 6, SIGN_SQUARE = 14 };

static void set_text(UiCanvas* const   canvas,
                     const double      px,
                     const int         weight,
                     const double      room,
                     const char* const words)
{
  pango_font_description_set_absolute_size(canvas->font, px * PANGO_SCALE);
  pango_font_description_set_weight(canvas->font, (PangoWeight)weight);
  pango_cairo_update_layout(canvas->cr, canvas->layout);
  pango_layout_set_font_description(canvas->layout, canvas->font);
  pango_layout_set_height(canvas->layout, -1);
  pango_layout_set_width(canvas->layout,
                         room > 0.0 ? (int)(room * PANGO_SCALE) : -1);
  pango_layout_set_ellipsize(canvas->layout,
                             room > 0.0 ? PANGO_ELLIPSIZE_END
                                        : PANGO_ELLIPSIZE_NONE);
  pango_layout_set_single_paragraph_mode(canvas->layout, TRUE);
  pango_layout_set_text(canvas->layout, words, -1);
}

static double line_width(UiCanvas* const canvas)
{
  PangoRectangle logical;
  pango_layout_line_get_extents(
    pango_layout_get_line_readonly(canvas->layout, 0),
    NULL,
    &logical);
  return (double)logical.width / PANGO_SCALE;
}

double ui_text(UiCanvas* const     canvas,
               const UiText* const text,
               const char* const   words)
{
  if (words[0] == '\0') {
    return 0.0;
  }
  set_text(canvas, text->px, text->weight, text->room, words);
  const double width = line_width(canvas);
  double       x     = text->x;
  if (text->align == UI_ALIGN_MIDDLE) {
    x -= width / 2.0;
  } else if (text->align == UI_ALIGN_RIGHT) {
    x -= width;
  }
  ui_canvas_colour(canvas, text->colour);
  cairo_move_to(canvas->cr, x, text->baseline);
  pango_cairo_show_layout_line(
    canvas->cr,
    pango_layout_get_line_readonly(canvas->layout, 0));
  return width;
}

double ui_text_width(UiCanvas* const   canvas,
                     const double      px,
                     const int         weight,
                     const char* const words)
{
  set_text(canvas, px, weight, 0.0, words);
  return line_width(canvas);
}

void ui_text_block(UiCanvas* const     canvas,
                   const UiRect        rect,
                   const UiText* const text,
                   const char* const   words)
{
  set_text(canvas, text->px, text->weight, rect.w, words);
  pango_layout_set_wrap(canvas->layout, PANGO_WRAP_CHAR);
  pango_layout_set_height(canvas->layout, (int)(rect.h * PANGO_SCALE));
  PangoRectangle logical;
  pango_layout_get_extents(canvas->layout, NULL, &logical);
  const double height = (double)logical.height / PANGO_SCALE;
  ui_canvas_colour(canvas, text->colour);
  cairo_move_to(canvas->cr,
                rect.x,
                rect.y + fmax((rect.h - height) / 2.0, 0.0));
  pango_cairo_layout_path(canvas->cr, canvas->layout);
  cairo_fill(canvas->cr);
}

static void draw_mic(cairo_t* const cr)
{
  cairo_new_sub_path(cr);
  cairo_arc(cr, 12.0, 5.5, 3.0, PI, 2.0 * PI);
  cairo_arc(cr, 12.0, 11.0, 3.0, 0.0, PI);
  cairo_close_path(cr);
  cairo_fill_preserve(cr);
  cairo_stroke(cr);
  cairo_arc_negative(cr, 12.0, 11.0, 7.0, PI, 0.0);
  cairo_move_to(cr, 12.0, 18.0);
  cairo_line_to(cr, 12.0, 21.5);
  cairo_move_to(cr, 8.5, 21.5);
  cairo_line_to(cr, 15.5, 21.5);
  cairo_stroke(cr);
}

static void draw_strike(UiCanvas* const canvas, const UiColour ground)
{
  cairo_t* const         cr    = canvas->cr;
  const double           width = cairo_get_line_width(cr);
  cairo_pattern_t* const ink   = cairo_pattern_reference(cairo_get_source(cr));
  cairo_move_to(cr, 3.5, 3.5);
  cairo_line_to(cr, 20.5, 20.5);
  ui_canvas_colour(canvas, ground);
  cairo_set_line_width(cr, 3.0 * width);
  cairo_stroke_preserve(cr);
  cairo_set_source(cr, ink);
  cairo_set_line_width(cr, width);
  cairo_stroke(cr);
  cairo_pattern_destroy(ink);
}

static void draw_invite(cairo_t* const cr)
{
  cairo_arc(cr, 10.0, 8.0, 3.7, 0.0, 2.0 * PI);
  cairo_move_to(cr, 3.0, 20.5);
  cairo_curve_to(cr, 3.5, 16.5, 6.2, 14.3, 10.0, 14.3);
  cairo_curve_to(cr, 13.8, 14.3, 16.5, 16.5, 17.0, 20.5);
  cairo_move_to(cr, 19.0, 6.5);
  cairo_line_to(cr, 19.0, 12.5);
  cairo_move_to(cr, 16.0, 9.5);
  cairo_line_to(cr, 22.0, 9.5);
  cairo_stroke(cr);
}

static void draw_lock(cairo_t* const cr)
{
  cairo_rectangle(cr, 5.0, 10.5, 14.0, 10.0);
  cairo_move_to(cr, 8.0, 10.5);
  cairo_line_to(cr, 8.0, 8.0);
  cairo_arc(cr, 12.0, 8.0, 4.0, PI, 2.0 * PI);
  cairo_line_to(cr, 16.0, 10.5);
  cairo_stroke(cr);
}

static void draw_strokes(cairo_t* const cr, const UiIcon icon)
{
  if (icon == UI_ICON_CHEVRON) {
    cairo_move_to(cr, 9.5, 6.5);
    cairo_line_to(cr, 15.0, 12.0);
    cairo_line_to(cr, 9.5, 17.5);
  } else if (icon == UI_ICON_CHECK) {
    cairo_move_to(cr, 5.0, 12.5);
    cairo_line_to(cr, 10.0, 17.5);
    cairo_line_to(cr, 19.0, 7.5);
  } else {
    cairo_arc(cr, 12.0, 12.0, 8.5, -PI / 2.0, PI);
  }
  cairo_stroke(cr);
}

void ui_icon(UiCanvas* const canvas,
             const UiIcon    icon,
             const double    x,
             const double    y,
             const double    size,
             const double    stroke,
             const UiColour  colour,
             const UiColour  ground)
{
  cairo_t* const cr = canvas->cr;
  cairo_save(cr);
  cairo_new_path(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, size / FIELD, size / FIELD);
  cairo_set_line_width(cr, stroke * FIELD / size);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  ui_canvas_colour(canvas, colour);
  switch (icon) {
  case UI_ICON_MIC:
    draw_mic(cr);
    break;
  case UI_ICON_MIC_OFF:
    draw_mic(cr);
    draw_strike(canvas, ground);
    break;
  case UI_ICON_INVITE:
    draw_invite(cr);
    break;
  case UI_ICON_LOCK:
    draw_lock(cr);
    break;
  default:
    draw_strokes(cr, icon);
    break;
  }
  cairo_restore(cr);
}

void ui_health_sign(UiCanvas* const canvas,
                    const double    x,
                    const double    y,
                    const JamHealth health)
{
  const UiPalette* const p  = canvas->palette;
  cairo_t* const         cr = canvas->cr;
  if (health == JAM_HEALTH_OK) {
    ui_disc(canvas, x, y, SIGN_DISC, p->ok);
  } else if (health == JAM_HEALTH_WARN) {
    ui_canvas_colour(canvas, p->warn);
    cairo_set_line_width(cr, 2.0);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_move_to(cr, x, y - 6.5);
    cairo_line_to(cr, x + 7.0, y + 5.5);
    cairo_line_to(cr, x - 7.0, y + 5.5);
    cairo_close_path(cr);
    cairo_fill_preserve(cr);
    cairo_stroke(cr);
  } else {
    const double half = SIGN_SQUARE / 2.0;
    ui_fill_round(canvas,
                  (UiRect){x - half, y - half, SIGN_SQUARE, SIGN_SQUARE},
                  2.0,
                  p->bad_fill);
    ui_line(canvas, x - 4.0, y, x + 4.0, y, 2.5, p->on_bad);
  }
}
