// SPDX-License-Identifier: MIT
// The room bar, the banner and the status line.

#include "paint.h"

#include <string.h>

#define HAIRLINE 0.5

// Room bar
enum {
  ROOM_BASE        = 23,
  ROOM_NOTE        = 45,
  ROOM_BASE_NARROW = 27,
  ROOM_NOTE_NARROW = 46,
  LOCK             = 16,
  LOCK_RISE        = 13,
  LOCK_TEXT_X      = 20,
  STATE_SIGN_X     = 22,
  STATE_TEXT_X     = 42,
  STATE_PAD        = 22,
  TEXT_DROP        = 5,
  MODE_BASE        = 21,
  MODE_NOTE        = 37,
  MODE_INSET       = 3,
  MODE_CAPTION_GAP = 12
};

// Banner and status
enum {
  BANNER_ICON_X = 14,
  BANNER_ICON_Y = 11,
  BANNER_SIGN_X = 25,
  BANNER_TEXT_X = 48,
  BANNER_BASE   = 27,
  BANNER_GAP    = 13,
  BANNER_LINE1  = 19,
  BANNER_LINE2  = 36,
  STATUS_SIGN_X = 8,
  STATUS_SIGN_Y = 17,
  STATUS_TEXT_X = 24,
  STATUS_BASE   = 22,
  FACT_GAP      = 12,
  FACT_LINE_TOP = 11,
  FACT_LINE_END = 23,
  FACT_SIZE     = 64
};

void ui_paint_bar(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p   = ui_canvas_palette(canvas);
  const UiRect           box = ui_rect(widget->box);
  const double           y =
    (widget->part == UI_PART_BAR) ? box.y + box.h - HAIRLINE : box.y + HAIRLINE;
  ui_fill_round(canvas, box, 0.0, p->bar);
  ui_line(canvas, box.x, y, box.x + box.w, y, 1.0, p->line);
}

void ui_paint_room(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const UiRect           box    = ui_rect(widget->box);
  const double           note = box.y + (narrow ? ROOM_NOTE_NARROW : ROOM_NOTE);
  UiText                 text = ui_style(widget, UI_TYPE_NAME, p->text);
  text.x                      = box.x;
  text.baseline               = box.y + (narrow ? ROOM_BASE_NARROW : ROOM_BASE);
  text.room                   = box.w;
  ui_text(canvas, &text, widget->label);
  ui_icon(canvas,
          UI_ICON_LOCK,
          box.x - 1,
          note - LOCK_RISE,
          LOCK,
          UI_STROKE_EDGE + HAIRLINE / 2.0,
          p->text2,
          p->bar);
  text          = ui_style(widget, UI_TYPE_SMALL, p->text2);
  text.x        = box.x + LOCK_TEXT_X;
  text.baseline = note;
  text.room     = box.w - LOCK_TEXT_X;
  ui_text(canvas, &text, widget->note);
}

void ui_paint_state(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  UiRect                 pill = ui_rect(widget->box);
  const double           mid  = pill.y + pill.h / 2.0;
  UiText                 text = ui_style(widget, UI_TYPE_TEXT, p->text);
  text.weight                 = ui_font(UI_TYPE_BODY)->weight;
  const double width =
    ui_text_width(canvas, text.px, text.weight, widget->label);
  if (width + STATE_TEXT_X + STATE_PAD < pill.w) {
    pill.w = width + STATE_TEXT_X + STATE_PAD;
  }
  ui_fill_round(canvas, pill, pill.h / 2.0, ui_health_tint(p, widget->health));
  if (p->outlined) {
    ui_frame_round(canvas, pill, pill.h / 2.0, UI_STROKE_EDGE, p->line);
  }
  ui_health_sign(canvas, pill.x + STATE_SIGN_X, mid, widget->health);
  text.x        = pill.x + STATE_TEXT_X;
  text.baseline = mid + TEXT_DROP;
  text.room     = pill.w - STATE_TEXT_X - UI_GRID;
  ui_text(canvas, &text, widget->label);
}

void ui_paint_modes(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p     = ui_canvas_palette(canvas);
  const UiRect           box   = ui_rect(widget->box);
  const UiRect           plate = {box.x + widget->parts[0],
                                  box.y,
                                  box.w - widget->parts[0],
                                  box.h};
  UiText                 text  = ui_style(widget, UI_TYPE_SMALL, p->text2);
  text.x                       = plate.x - MODE_CAPTION_GAP;
  text.baseline                = box.y + box.h / 2.0 + TEXT_DROP;
  text.align                   = UI_ALIGN_RIGHT;
  ui_text(canvas, &text, "Buffer");
  ui_fill_round(canvas, plate, UI_RADIUS_CONTROL, p->control);
  if (p->outlined) {
    ui_frame_round(canvas, plate, UI_RADIUS_CONTROL, UI_STROKE_EDGE, p->line);
  }
}

void ui_paint_mode(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const UiRect           box    = ui_rect(widget->box);
  const UiRect           plate  = ui_inset(box, MODE_INSET);
  const double           radius = UI_RADIUS_CONTROL - MODE_INSET;
  const double           lift   = (UI_CONTROL_H_BAR - box.h) / 2.0;
  if (widget->on) {
    ui_fill_round(canvas, plate, radius, p->primary);
  } else if (widget->hover || widget->pressed) {
    ui_fill_round(canvas,
                  plate,
                  radius,
                  widget->pressed ? p->control_pressed : p->control_hover);
  }
  UiText text =
    ui_style(widget, UI_TYPE_BODY, widget->on ? p->on_primary : p->text);
  text.x        = box.x + box.w / 2.0;
  text.align    = UI_ALIGN_MIDDLE;
  text.baseline = box.y + MODE_BASE - lift;
  ui_text(canvas, &text, widget->label);
  text = ui_style(widget, UI_TYPE_TICK, widget->on ? p->on_primary : p->text2);
  text.x        = box.x + box.w / 2.0;
  text.align    = UI_ALIGN_MIDDLE;
  text.baseline = box.y + MODE_NOTE - lift;
  ui_text(canvas, &text, widget->note);
  if (widget->focus) {
    ui_paint_focus(canvas, plate, radius);
  }
}

static void paint_banner_words(UiCanvas* const       canvas,
                               const UiWidget* const widget,
                               const UiColour        ink)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const UiRect           box    = ui_rect(widget->box);
  double                 right  = box.x + box.w - BANNER_ICON_X;
  UiText                 text   = ui_style(widget, UI_TYPE_BODY, p->text);
  text.x                        = right;
  text.baseline                 = box.y + (narrow ? BANNER_LINE1 : BANNER_BASE);
  text.align                    = UI_ALIGN_RIGHT;
  right -= ui_text(canvas, &text, widget->figure) + BANNER_GAP;
  text.colour        = ink;
  text.align         = UI_ALIGN_LEFT;
  text.x             = box.x + BANNER_TEXT_X;
  text.px            = ui_font(narrow ? UI_TYPE_TEXT : UI_TYPE_LEAD)->px;
  text.weight        = ui_font(UI_TYPE_TITLE)->weight;
  const double width = ui_text(canvas, &text, widget->label);
  text.colour        = p->text;
  text.weight        = ui_font(UI_TYPE_LEAD)->weight;
  if (narrow) {
    text.px       = ui_font(UI_TYPE_SMALL)->px;
    text.baseline = box.y + BANNER_LINE2;
    right         = box.x + box.w - BANNER_ICON_X;
  } else {
    text.x += width + BANNER_GAP;
  }
  text.room = right - text.x;
  text.px   = ui_shrunk_px(canvas, &text, UI_TYPE_SMALL, widget->note);
  ui_text(canvas, &text, widget->note);
}

void ui_paint_banner(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p   = ui_canvas_palette(canvas);
  const UiColour         ink = ui_health_ink(p, widget->health);
  const UiRect           box = ui_rect(widget->box);
  ui_fill_round(canvas,
                box,
                UI_RADIUS_CONTROL,
                ui_health_tint(p, widget->health));
  ui_frame_round(canvas, box, UI_RADIUS_CONTROL, UI_STROKE_EDGE, ink);
  if (widget->on) {
    ui_icon(canvas,
            UI_ICON_WAIT,
            box.x + BANNER_ICON_X,
            box.y + BANNER_ICON_Y,
            UI_ICON,
            UI_STROKE_MUTED,
            ink,
            ink);
  } else {
    ui_health_sign(canvas,
                   box.x + BANNER_SIGN_X,
                   box.y + box.h / 2.0,
                   widget->health);
  }
  paint_banner_words(canvas, widget, ink);
}

void ui_paint_status(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiRect           box  = ui_rect(widget->box);
  UiText                 text = ui_style(widget, UI_TYPE_SMALL, p->text);
  ui_health_sign(canvas,
                 box.x + STATUS_SIGN_X,
                 box.y + STATUS_SIGN_Y,
                 widget->health);
  if (widget->health != JAM_HEALTH_OK) {
    text.weight = ui_font(UI_TYPE_BODY)->weight;
  }
  text.x        = box.x + STATUS_TEXT_X;
  text.baseline = box.y + STATUS_BASE;
  text.room     = box.w - STATUS_TEXT_X - FACT_GAP;
  text.px       = ui_shrunk_px(canvas, &text, UI_TYPE_TICK, widget->label);
  ui_text(canvas, &text, widget->label);
}

// From the right end as many facts as there is room for
void ui_paint_facts(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiRect           box  = ui_rect(widget->box);
  UiText                 text = ui_style(widget, UI_TYPE_SMALL, p->text2);
  double                 x    = box.x + box.w;
  const char*            fact = widget->note;
  text.baseline               = box.y + STATUS_BASE;
  text.align                  = UI_ALIGN_RIGHT;
  for (const char* end = strchr(fact, '\n'); end; end = strchr(fact, '\n')) {
    char words[FACT_SIZE];
    ui_say(words, sizeof(words), "%.*s", (int)(end - fact), fact);
    const double w = ui_text_width(canvas, text.px, text.weight, words);
    if (x - w < box.x) {
      break;
    }
    if (fact != widget->note) {
      const double line = x + FACT_GAP;
      ui_line(canvas,
              line,
              box.y + FACT_LINE_TOP,
              line,
              box.y + FACT_LINE_END,
              1.0,
              p->edge);
    }
    text.x = x;
    ui_text(canvas, &text, words);
    x -= w + 2.0 * FACT_GAP;
    fact = end + 1;
  }
}
