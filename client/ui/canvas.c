// SPDX-License-Identifier: MIT
// Cairo: the image and the shapes.

#include "canvas_private.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

enum { HATCH_STEP = 14, HATCH_WIDTH = 5 };

static double channel(const UiColour colour, const unsigned shift)
{
  return (double)((colour >> shift) & 0xFFU) / 255.0;
}

void ui_canvas_colour(const UiCanvas* const canvas, const UiColour colour)
{
  cairo_set_source_rgba(canvas->cr,
                        channel(colour, 24),
                        channel(colour, 16),
                        channel(colour, 8),
                        channel(colour, 0));
}

UiColour ui_mix(const UiColour colour, const UiColour under, const double share)
{
  UiColour mixed = 0xFFU;
  for (unsigned shift = 8; shift <= 24; shift += 8) {
    const double value =
      channel(under, shift) +
      (channel(colour, shift) - channel(under, shift)) * share;
    mixed |= (UiColour)lrint(value * 255.0) << shift;
  }
  return mixed;
}

// Text must take the same room at every scale, so no hinting
static bool set_up_text(UiCanvas* const canvas)
{
  cairo_font_options_t* const options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  canvas->layout   = pango_cairo_create_layout(canvas->cr);
  canvas->font     = pango_font_description_from_string(UI_FONT_FAMILY);
  canvas->features = pango_attr_list_new();
  if (canvas->layout) {
    PangoContext* const context = pango_layout_get_context(canvas->layout);
    pango_cairo_context_set_font_options(context, options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_attr_list_insert(canvas->features,
                           pango_attr_font_features_new(UI_FONT_FEATURES));
    // A hyphen in a broken link would look like a part of it
    pango_attr_list_insert(canvas->features,
                           pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(canvas->layout, canvas->features);
  }
  cairo_font_options_destroy(options);
  return canvas->layout && canvas->font;
}

UiCanvas* ui_canvas_new(const int width, const int height, const float scale)
{
  UiCanvas* const canvas = (UiCanvas*)calloc(1, sizeof(UiCanvas));
  if (!canvas) {
    return NULL;
  }
  canvas->surface =
    cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
  canvas->cr      = cairo_create(canvas->surface);
  canvas->palette = ui_palette(UI_THEME_DARK);
  if (cairo_status(canvas->cr) != CAIRO_STATUS_SUCCESS ||
      !set_up_text(canvas)) {
    ui_canvas_free(canvas);
    return NULL;
  }
  cairo_scale(canvas->cr, (double)scale, (double)scale);
  return canvas;
}

void ui_canvas_free(UiCanvas* const canvas)
{
  if (canvas) {
    if (canvas->layout) {
      g_object_unref(canvas->layout);
    }
    if (canvas->features) {
      pango_attr_list_unref(canvas->features);
    }
    pango_font_description_free(canvas->font);
    cairo_destroy(canvas->cr);
    cairo_surface_destroy(canvas->surface);
    free(canvas);
  }
}

void ui_canvas_use(UiCanvas* const canvas, const UiPalette* const palette)
{
  canvas->palette = palette;
}

const UiPalette* ui_canvas_palette(const UiCanvas* const canvas)
{
  return canvas->palette;
}

unsigned char* ui_canvas_pixels(UiCanvas* const canvas, int* const stride)
{
  *stride = cairo_image_surface_get_stride(canvas->surface);
  return cairo_image_surface_get_data(canvas->surface);
}

void ui_canvas_flush(UiCanvas* const canvas)
{
  cairo_surface_flush(canvas->surface);
}

bool ui_canvas_write_png(UiCanvas* const canvas, const char* const path)
{
  return cairo_surface_write_to_png(canvas->surface, path) ==
         CAIRO_STATUS_SUCCESS;
}

UiRect ui_rect(const UiBox box)
{
  return (UiRect){box.x, box.y, box.w, box.h};
}

UiRect ui_inset(const UiRect rect, const double by)
{
  return (
    UiRect){rect.x + by, rect.y + by, rect.w - 2.0 * by, rect.h - 2.0 * by};
}

// Edges lie on whole device pixels, or thin parts would look smeared
static UiRect on_pixels(const UiCanvas* const canvas, const UiRect rect)
{
  double x1 = rect.x;
  double y1 = rect.y;
  double x2 = rect.x + rect.w;
  double y2 = rect.y + rect.h;
  cairo_user_to_device(canvas->cr, &x1, &y1);
  cairo_user_to_device(canvas->cr, &x2, &y2);
  x1 = round(x1);
  y1 = round(y1);
  x2 = round(x2);
  y2 = round(y2);
  cairo_device_to_user(canvas->cr, &x1, &y1);
  cairo_device_to_user(canvas->cr, &x2, &y2);
  return (UiRect){x1, y1, x2 - x1, y2 - y1};
}

static void trace_round(const UiCanvas* const canvas,
                        const UiRect          rect,
                        const double          radius)
{
  const double most = fmin(rect.w, rect.h) / 2.0;
  const double r    = fmax(fmin(radius, most), 0.0);
  cairo_t*     cr   = canvas->cr;
  cairo_new_sub_path(cr);
  cairo_arc(cr, rect.x + rect.w - r, rect.y + r, r, -PI / 2.0, 0.0);
  cairo_arc(cr, rect.x + rect.w - r, rect.y + rect.h - r, r, 0.0, PI / 2.0);
  cairo_arc(cr, rect.x + r, rect.y + rect.h - r, r, PI / 2.0, PI);
  cairo_arc(cr, rect.x + r, rect.y + r, r, PI, PI * 1.5);
  cairo_close_path(cr);
}

void ui_clip(UiCanvas* const canvas, const UiBox box)
{
  const UiRect rect = on_pixels(canvas, ui_rect(box));
  cairo_save(canvas->cr);
  cairo_rectangle(canvas->cr, rect.x, rect.y, rect.w, rect.h);
  cairo_clip(canvas->cr);
}

void ui_clip_round(UiCanvas* const canvas,
                   const UiRect    rect,
                   const double    radius)
{
  cairo_save(canvas->cr);
  trace_round(canvas, on_pixels(canvas, rect), radius);
  cairo_clip(canvas->cr);
}

void ui_unclip(UiCanvas* const canvas)
{
  cairo_restore(canvas->cr);
}

void ui_fill_round(UiCanvas* const canvas,
                   const UiRect    rect,
                   const double    radius,
                   const UiColour  colour)
{
  if (rect.w > 0.0 && rect.h > 0.0) {
    ui_canvas_colour(canvas, colour);
    trace_round(canvas, on_pixels(canvas, rect), radius);
    cairo_fill(canvas->cr);
  }
}

void ui_fill_gradient(UiCanvas* const canvas,
                      const UiRect    rect,
                      const double    radius,
                      const UiColour  top,
                      const UiColour  bottom)
{
  cairo_pattern_t* const ramp =
    cairo_pattern_create_linear(0.0, rect.y, 0.0, rect.y + rect.h);
  cairo_pattern_add_color_stop_rgb(ramp,
                                   0.0,
                                   channel(top, 24),
                                   channel(top, 16),
                                   channel(top, 8));
  cairo_pattern_add_color_stop_rgb(ramp,
                                   1.0,
                                   channel(bottom, 24),
                                   channel(bottom, 16),
                                   channel(bottom, 8));
  cairo_set_source(canvas->cr, ramp);
  trace_round(canvas, on_pixels(canvas, rect), radius);
  cairo_fill(canvas->cr);
  cairo_pattern_destroy(ramp);
}

void ui_frame_round(UiCanvas* const canvas,
                    const UiRect    rect,
                    const double    radius,
                    const double    width,
                    const UiColour  colour)
{
  const double half = width / 2.0;
  ui_canvas_colour(canvas, colour);
  cairo_set_line_width(canvas->cr, width);
  trace_round(canvas, ui_inset(on_pixels(canvas, rect), half), radius - half);
  cairo_stroke(canvas->cr);
}

void ui_fill_hatch(UiCanvas* const canvas,
                   const UiRect    rect,
                   const double    radius,
                   const UiColour  ground,
                   const UiColour  stripe)
{
  ui_fill_round(canvas, rect, radius, ground);
  ui_clip_round(canvas, rect, radius);
  ui_canvas_colour(canvas, stripe);
  cairo_set_line_width(canvas->cr, HATCH_WIDTH);
  const double step = HATCH_STEP * sqrt(2.0);
  for (double x = rect.x; x < rect.x + rect.w + rect.h; x += step) {
    cairo_move_to(canvas->cr, x, rect.y);
    cairo_line_to(canvas->cr, x - rect.h, rect.y + rect.h);
  }
  cairo_stroke(canvas->cr);
  ui_unclip(canvas);
}

void ui_disc(UiCanvas* const canvas,
             const double    x,
             const double    y,
             const double    r,
             const UiColour  colour)
{
  ui_canvas_colour(canvas, colour);
  cairo_new_sub_path(canvas->cr);
  cairo_arc(canvas->cr, x, y, r, 0.0, 2.0 * PI);
  cairo_fill(canvas->cr);
}

void ui_ring(UiCanvas* const canvas,
             const double    x,
             const double    y,
             const double    r,
             const double    width,
             const UiColour  colour)
{
  ui_canvas_colour(canvas, colour);
  cairo_set_line_width(canvas->cr, width);
  cairo_new_sub_path(canvas->cr);
  cairo_arc(canvas->cr, x, y, r, 0.0, 2.0 * PI);
  cairo_stroke(canvas->cr);
}

void ui_line(UiCanvas* const canvas,
             const double    x1,
             const double    y1,
             const double    x2,
             const double    y2,
             const double    width,
             const UiColour  colour)
{
  ui_canvas_colour(canvas, colour);
  cairo_set_line_width(canvas->cr, width);
  cairo_move_to(canvas->cr, x1, y1);
  cairo_line_to(canvas->cr, x2, y2);
  cairo_stroke(canvas->cr);
}
