// SPDX-License-Identifier: MIT
// The invite, and what stands where the others would be while nobody is there.

#include "paint.h"

#define SHADOW 0x00000066U

// Empty room and popover
enum {
  EMPTY_TITLE    = 28,
  EMPTY_NOTE     = 58,
  POPOVER_TITLE  = 34,
  POPOVER_NOTE   = 58,
  POPOVER_SHADOW = 6,
  LINK_PAD       = 10,
  ICON_GAP       = 8,
  TEXT_DROP      = 5
};

// An icon and a word as one group in the middle
static void paint_icon_label(UiCanvas* const       canvas,
                             const UiWidget* const widget,
                             const UiIcon          icon,
                             const UiColour        ink,
                             const bool            word)
{
  const UiRect box  = ui_rect(widget->box);
  const double sink = widget->pressed ? 1.0 : 0.0;
  UiText       text = ui_style(widget, UI_TYPE_BODY, ink);
  double       w    = UI_ICON;
  if (word) {
    w += ICON_GAP + ui_text_width(canvas, text.px, text.weight, widget->label);
  }
  const double x = box.x + (box.w - w) / 2.0;
  ui_icon(canvas,
          icon,
          x,
          box.y + (box.h - UI_ICON) / 2.0 + sink,
          UI_ICON,
          UI_STROKE_ICON,
          ink,
          ink);
  if (word) {
    text.x        = x + UI_ICON + ICON_GAP;
    text.baseline = box.y + box.h / 2.0 + TEXT_DROP + sink;
    ui_text(canvas, &text, widget->label);
  }
}

void ui_paint_invite(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiColour ink = ui_paint_plate(canvas, widget);
  paint_icon_label(canvas,
                   widget,
                   UI_ICON_INVITE,
                   ink,
                   widget->form != UI_FORM_NARROW);
}

void ui_paint_empty(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiRect           box  = ui_rect(widget->box);
  UiText                 text = ui_style(widget, UI_TYPE_TITLE, p->text);
  ui_fill_round(canvas, box, UI_RADIUS_PANEL, p->surface);
  if (p->outlined) {
    ui_frame_round(canvas, box, UI_RADIUS_PANEL, UI_STROKE_FOCUS, p->line);
  }
  text.x        = box.x + box.w / 2.0;
  text.align    = UI_ALIGN_MIDDLE;
  text.room     = box.w - 2.0 * UI_PAD;
  text.baseline = widget->amount[0] + EMPTY_TITLE;
  ui_text(canvas, &text, widget->label);
  const UiText title = text;
  text               = ui_style(widget, UI_TYPE_TEXT, p->text2);
  text.x             = title.x;
  text.align         = title.align;
  text.room          = title.room;
  text.baseline      = widget->amount[0] + EMPTY_NOTE;
  ui_text(canvas, &text, widget->note);
}

void ui_paint_popover(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p   = ui_canvas_palette(canvas);
  const UiRect           box = ui_rect(widget->box);
  if (!p->outlined) {
    ui_fill_round(canvas,
                  (UiRect){box.x, box.y + POPOVER_SHADOW, box.w, box.h},
                  UI_RADIUS_PANEL,
                  SHADOW);
  }
  ui_fill_round(canvas, box, UI_RADIUS_PANEL, p->surface);
  ui_frame_round(canvas, box, UI_RADIUS_PANEL, 1.0, p->edge);
  UiText text   = ui_style(widget, UI_TYPE_NAME, p->text);
  text.x        = box.x + UI_PAD;
  text.baseline = box.y + POPOVER_TITLE;
  ui_text(canvas, &text, widget->label);
  text          = ui_style(widget, UI_TYPE_TEXT, p->text2);
  text.x        = box.x + UI_PAD;
  text.baseline = box.y + POPOVER_NOTE;
  text.room     = box.w - 2.0 * UI_PAD;
  ui_text(canvas, &text, widget->note);
}

void ui_paint_link(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiRect           box  = ui_rect(widget->box);
  const UiText           text = ui_style(widget, UI_TYPE_TEXT, p->text);
  ui_fill_round(canvas, box, UI_RADIUS_CONTROL, p->well);
  ui_frame_round(canvas, box, UI_RADIUS_CONTROL, UI_STROKE_EDGE, p->edge);
  ui_text_block(canvas, ui_inset(box, LINK_PAD), &text, widget->note);
}

void ui_paint_copy(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiRect           box  = ui_rect(widget->box);
  const UiColour         fill = widget->on        ? p->ok_fill
                                : widget->pressed ? p->primary_pressed
                                : widget->hover   ? p->primary_hover
                                                  : p->primary;
  const UiColour         ink  = widget->on ? p->on_ok : p->on_primary;
  ui_fill_round(canvas, box, UI_RADIUS_CONTROL, fill);
  if (widget->on) {
    paint_icon_label(canvas, widget, UI_ICON_CHECK, ink, true);
  } else {
    UiText text   = ui_style(widget, UI_TYPE_BODY, ink);
    text.x        = box.x + box.w / 2.0;
    text.align    = UI_ALIGN_MIDDLE;
    text.baseline = box.y + box.h / 2.0 + TEXT_DROP;
    ui_text(canvas, &text, widget->label);
  }
  if (widget->focus) {
    ui_paint_focus(canvas, box, UI_RADIUS_CONTROL);
  }
}

void ui_paint_scroll(UiCanvas* const canvas, const UiWidget* const widget)
{
  ui_fill_round(canvas,
                ui_rect(widget->box),
                UI_RADIUS_TRACK,
                ui_canvas_palette(canvas)->edge);
}
