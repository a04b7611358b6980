// SPDX-License-Identifier: MIT
// The two things one looks at first: Send, and the total delay.

#include "paint.h"

#include <stdio.h>

// Send
enum {
  SEND_RADIUS   = 12,
  ICON_X        = 16,
  ICON_Y        = 17,
  ICON_SIZE     = 44,
  ICON_Y_NARROW = 21,
  ICON_NARROW   = 36,
  WORD_X        = 74,
  WORD_X_NARROW = 62,
  WORD_BASE     = 45,
  NOTE_BASE     = 67,
  WORD_BASE_LOW = 42,
  NOTE_BASE_LOW = 64,
  HINT          = 22,
  HINT_X        = 34,
  HINT_Y        = 12,
  HINT_BASE     = 27,
  HINT_RADIUS   = 6,
  WORD_ROOM_MIN = 180 // Narrower than this, the key hint is cut
};

#define ICON_STROKE 2.6
#define HATCH_SHARE 0.13

// Delay
enum {
  LABEL_BASE         = 12,
  SIGN_Y             = 7,
  SIGN_RIGHT         = 8,
  FIGURE_BASE        = 62,
  FIGURE_BASE_NARROW = 52,
  UNIT_GAP           = 5,
  NOTE_LINE          = 85,
  BAR_Y              = 100,
  BAR_H              = 10,
  BAR_Y_NARROW       = 66,
  BAR_H_NARROW       = 8,
  BAR_GAP            = 2,
  ROWS_Y             = 134,
  ROW_H              = 22,
  SWATCH             = 9,
  SWATCH_TEXT_X      = 17,
  SPLIT_ROWS         = 3
};

#define SWATCH_RADIUS 2.5

static UiColour paint_send_ground(UiCanvas* const       canvas,
                                  const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const UiRect           rect   = ui_rect(widget->box);
  const double           border = UI_STROKE_MUTED;
  if (widget->marked) {
    ui_fill_round(canvas, rect, SEND_RADIUS, p->control);
    ui_frame_round(canvas, rect, SEND_RADIUS, border, p->warn_fill);
    return p->warn;
  }
  if (!widget->on) {
    ui_fill_hatch(canvas,
                  rect,
                  SEND_RADIUS,
                  p->bad_tint,
                  ui_mix(p->bad_fill, p->bad_tint, HATCH_SHARE));
    ui_frame_round(canvas, rect, SEND_RADIUS, border, p->bad_edge);
    return p->bad;
  }
  ui_fill_gradient(canvas, rect, SEND_RADIUS, p->ok_fill, p->ok_fill_low);
  if (widget->hover && !widget->pressed) {
    ui_frame_round(canvas, rect, SEND_RADIUS, UI_STROKE_FOCUS, p->primary);
  }
  return p->on_ok;
}

static void paint_key_hint(UiCanvas* const       canvas,
                           const UiWidget* const widget,
                           const UiColour        ink)
{
  const double right = widget->box.x + widget->box.w;
  const double y     = widget->box.y;
  UiText       text  = ui_style(widget, UI_TYPE_TICK, ink);
  ui_frame_round(canvas,
                 (UiRect){right - HINT_X, y + HINT_Y, HINT, HINT},
                 HINT_RADIUS,
                 UI_STROKE_EDGE,
                 ink);
  text.x        = right - HINT_X + HINT / 2.0;
  text.baseline = y + HINT_BASE + 0.5;
  text.align    = UI_ALIGN_MIDDLE;
  text.weight   = ui_font(UI_TYPE_TITLE)->weight;
  ui_text(canvas, &text, "M");
}

void ui_paint_send(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const UiRect           box    = ui_rect(widget->box);
  const bool             solid  = widget->on && !widget->marked;
  const UiColour         ink    = paint_send_ground(canvas, widget);
  const bool             off    = !widget->on && !widget->marked;
  ui_icon(canvas,
          off ? UI_ICON_MIC_OFF : UI_ICON_MIC,
          box.x + ICON_X,
          box.y + (narrow ? ICON_Y_NARROW : ICON_Y),
          narrow ? ICON_NARROW : ICON_SIZE,
          ICON_STROKE,
          ink,
          p->bad_tint);
  const double left = box.x + (narrow ? WORD_X_NARROW : WORD_X);
  const double room = box.x + box.w - left - UI_GAP;
  UiText text   = ui_style(widget, UI_TYPE_SEND, solid ? p->on_ok : p->text);
  text.x        = left;
  text.baseline = box.y + (narrow ? WORD_BASE_LOW : WORD_BASE);
  text.px       = ui_fitting_px(canvas, &text, room, widget->label);
  ui_text(canvas, &text, widget->label);
  text          = ui_style(widget,
                  narrow ? UI_TYPE_TEXT : UI_TYPE_BODY,
                  solid ? p->on_ok : p->text);
  text.weight   = ui_font(UI_TYPE_BODY)->weight;
  text.x        = left;
  text.baseline = box.y + (narrow ? NOTE_BASE_LOW : NOTE_BASE);
  text.room     = room;
  text.px       = ui_shrunk_px(canvas, &text, UI_TYPE_SMALL, widget->note);
  ui_text(canvas, &text, widget->note);
  if (room > WORD_ROOM_MIN && !widget->marked) {
    paint_key_hint(canvas, widget, ink);
  }
  if (widget->focus) {
    ui_paint_focus(canvas, box, SEND_RADIUS);
  }
}

static void paint_delay_figure(UiCanvas* const       canvas,
                               const UiWidget* const widget,
                               const double          baseline)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const bool             ok   = widget->health == JAM_HEALTH_OK;
  const UiRect           box  = ui_rect(widget->box);
  UiText                 unit = ui_style(widget, UI_TYPE_NAME, p->text2);
  const double unit_w = ui_text_width(canvas, unit.px, unit.weight, "ms");
  UiText       text   = ui_style(widget,
                         UI_TYPE_FIGURE,
                         ok ? p->text : ui_health_ink(p, widget->health));
  text.x              = box.x - 1;
  text.baseline       = baseline;
  text.px =
    ui_fitting_px(canvas, &text, box.w - unit_w - UNIT_GAP, widget->figure);
  unit.x        = box.x + ui_text(canvas, &text, widget->figure) + UNIT_GAP;
  unit.baseline = baseline;
  ui_text(canvas, &unit, "ms");
}

static void paint_split_bar(UiCanvas* const       canvas,
                            const UiWidget* const widget,
                            const UiRect          bar)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  int                    sum  = 0;
  int                    some = 0;
  for (int i = 0; i < SPLIT_ROWS; ++i) {
    sum += widget->parts[i];
    some += widget->parts[i] > 0;
  }
  double x = bar.x;
  for (int i = 0; i < SPLIT_ROWS; ++i) {
    if (widget->parts[i] > 0) {
      const double whole = bar.w - BAR_GAP * (some - 1);
      const double w     = whole * widget->parts[i] / sum;
      ui_fill_round(canvas,
                    (UiRect){x, bar.y, w, bar.h},
                    UI_RADIUS_TRACK,
                    p->split[i]);
      x += w + BAR_GAP;
    }
  }
}

static void paint_split_row(UiCanvas* const       canvas,
                            const UiWidget* const widget,
                            const int             part,
                            const double          baseline)
{
  static const char* const words[SPLIT_ROWS] = {"Devices", "Network", "Buffer"};
  const UiPalette* const   p                 = ui_canvas_palette(canvas);
  const UiRect             box               = ui_rect(widget->box);
  char                     figure[16];
  UiText                   text = ui_style(widget, UI_TYPE_SMALL, p->text2);
  ui_fill_round(canvas,
                (UiRect){box.x, baseline - SWATCH, SWATCH, SWATCH},
                SWATCH_RADIUS,
                p->split[part]);
  text.x        = box.x + SWATCH_TEXT_X;
  text.baseline = baseline;
  ui_text(canvas, &text, words[part]);
  snprintf(figure, sizeof(figure), "%d", widget->parts[part]);
  text.x      = box.x + box.w;
  text.align  = UI_ALIGN_RIGHT;
  text.weight = ui_font(UI_TYPE_BODY)->weight;
  text.colour = p->text;
  ui_text(canvas, &text, figure);
}

// Only what takes time
static void paint_split_rows(UiCanvas* const       canvas,
                             const UiWidget* const widget)
{
  double baseline = widget->box.y + ROWS_Y;
  for (int i = 0; i < SPLIT_ROWS; ++i) {
    if (widget->parts[i] > 0) {
      paint_split_row(canvas, widget, i, baseline);
      baseline += ROW_H;
    }
  }
}

// What is lowest is cut first
void ui_paint_delay(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const UiRect           box    = ui_rect(widget->box);
  UiText                 text   = ui_style(widget, UI_TYPE_SMALL, p->text2);
  text.x                        = box.x;
  text.baseline                 = box.y + LABEL_BASE;
  ui_text(canvas, &text, widget->label);
  if (!widget->on) {
    text.baseline += UI_PAD + UI_GRID;
    text.colour = p->text3;
    text.room   = box.w;
    ui_text(canvas, &text, "Not known yet");
    return;
  }
  ui_health_sign(canvas,
                 box.x + box.w - SIGN_RIGHT,
                 box.y + SIGN_Y,
                 widget->health);
  paint_delay_figure(canvas,
                     widget,
                     box.y + (narrow ? FIGURE_BASE_NARROW : FIGURE_BASE));
  if (narrow) {
    paint_split_bar(canvas,
                    widget,
                    (UiRect){box.x, box.y + BAR_Y_NARROW, box.w, BAR_H_NARROW});
    return;
  }
  if (box.h >= NOTE_LINE + UI_GRID) {
    text.baseline = box.y + NOTE_LINE;
    text.room     = box.w;
    ui_text(canvas, &text, widget->note);
  }
  if (box.h >= BAR_Y + BAR_H) {
    paint_split_bar(canvas,
                    widget,
                    (UiRect){box.x, box.y + BAR_Y, box.w, BAR_H});
  }
  if (box.h >= ROWS_Y + (SPLIT_ROWS - 1) * ROW_H + UI_GRID) {
    paint_split_rows(canvas, widget);
  }
}
