// SPDX-License-Identifier: MIT
// Drawing on an image: boxes, discs, text and icons in pixels at scale 1. The
// only place that knows Cairo and Pango.

#ifndef JAM_UI_CANVAS_H
#define JAM_UI_CANVAS_H

#include "theme.h"
#include "widget.h"

#include <stdbool.h>

typedef struct UiCanvas UiCanvas;

typedef enum UiAlign { UI_ALIGN_LEFT, UI_ALIGN_MIDDLE, UI_ALIGN_RIGHT } UiAlign;

/// How and where text stands. `room` is the width it may take: longer text is
/// shortened with an ellipsis; 0 means any.
typedef struct UiText {
  double   x, baseline;
  double   px;
  int      weight;
  UiColour colour;
  UiAlign  align;
  double   room;
} UiText;

typedef enum UiIcon {
  UI_ICON_MIC,
  UI_ICON_MIC_OFF,
  UI_ICON_INVITE,
  UI_ICON_LOCK,
  UI_ICON_CHEVRON,
  UI_ICON_WAIT,
  UI_ICON_CHECK
} UiIcon;

/// A rectangle in fractions of pixels.
typedef struct UiRect {
  double x, y, w, h;
} UiRect;

/// Makes an image of `width` x `height` device pixels. Null without memory.
UiCanvas* ui_canvas_new(int width, int height, float scale);

/// Releases the image; null is fine.
void ui_canvas_free(UiCanvas* canvas);

/// Chooses the colours; `palette` must outlive the canvas.
void ui_canvas_use(UiCanvas* canvas, const UiPalette* palette);

/// Returns the colours in use.
const UiPalette* ui_canvas_palette(const UiCanvas* canvas);

/// Returns the pixels, native-endian ARGB, and the bytes from row to row.
unsigned char* ui_canvas_pixels(UiCanvas* canvas, int* stride);

/// Makes drawing visible in the pixels.
void ui_canvas_flush(UiCanvas* canvas);

/// Writes a PNG file.
bool ui_canvas_write_png(UiCanvas* canvas, const char* path);

/// Limits drawing to a box until the matching ui_unclip.
void ui_clip(UiCanvas* canvas, UiBox box);

/// Limits drawing to a rounded box until the matching ui_unclip.
void ui_clip_round(UiCanvas* canvas, UiRect rect, double radius);

/// Ends the newest limit.
void ui_unclip(UiCanvas* canvas);

/// Returns a box as a rectangle.
UiRect ui_rect(UiBox box);

/// Returns a rectangle made smaller by `by` on every side.
UiRect ui_inset(UiRect rect, double by);

/// Returns `share` of a colour over another.
UiColour ui_mix(UiColour colour, UiColour under, double share);

/// Fills a rounded rectangle.
void ui_fill_round(UiCanvas* canvas,
                   UiRect    rect,
                   double    radius,
                   UiColour  colour);

/// Fills a rounded rectangle from one colour down to another.
void ui_fill_gradient(UiCanvas* canvas,
                      UiRect    rect,
                      double    radius,
                      UiColour  top,
                      UiColour  bottom);

/// Draws a border of some width inside a rounded rectangle.
void ui_frame_round(UiCanvas* canvas,
                    UiRect    rect,
                    double    radius,
                    double    width,
                    UiColour  colour);

/// Fills a rounded rectangle with slanted stripes.
void ui_fill_hatch(UiCanvas* canvas,
                   UiRect    rect,
                   double    radius,
                   UiColour  ground,
                   UiColour  stripe);

/// Fills a disc.
void ui_disc(UiCanvas* canvas, double x, double y, double r, UiColour colour);

/// Draws a circle's line, centred on its radius.
void ui_ring(UiCanvas* canvas,
             double    x,
             double    y,
             double    r,
             double    width,
             UiColour  colour);

/// Draws a straight line.
void ui_line(UiCanvas* canvas,
             double    x1,
             double    y1,
             double    x2,
             double    y2,
             double    width,
             UiColour  colour);

/// Draws the sign of a health: disc, triangle, or square with bar.
void ui_health_sign(UiCanvas* canvas, double x, double y, JamHealth health);

/// Writes one line; returns its width.
double ui_text(UiCanvas* canvas, const UiText* text, const char* words);

/// Returns the width a line would have.
double
ui_text_width(UiCanvas* canvas, double px, int weight, const char* words);

/// Writes words broken anywhere into the lines that fit a rectangle.
void ui_text_block(UiCanvas*     canvas,
                   UiRect        rect,
                   const UiText* text,
                   const char*   words);

/// Draws an icon of `size` with lines of `stroke` pixels. `ground` is what
/// stands behind a stroke that cuts through another.
void ui_icon(UiCanvas* canvas,
             UiIcon    icon,
             double    x,
             double    y,
             double    size,
             double    stroke,
             UiColour  colour,
             UiColour  ground);

enum { UI_LOGO_FIELD = 512 };

/// Draws the logo of assets/icon.svg on a field of UI_LOGO_FIELD.
void ui_logo(UiCanvas* canvas);

#endif // JAM_UI_CANVAS_H
