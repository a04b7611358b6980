// SPDX-License-Identifier: MIT
// Painting only what changed, and the looks that all controls share.

#include "paint.h"

#include <string.h>

enum {
  REACH      = 8, // Focus rings and shadows reach this far out of a box
  TEXT_DROP  = 5, // From the middle of a control to its baseline
  FOCUS_RING = UI_STROKE_FOCUS + UI_STROKE_FOCUS_GAP,
  PRESS_SINK = 1
};

static UiBox union_of(const UiBox a, const UiBox b)
{
  const int x      = (a.x < b.x) ? a.x : b.x;
  const int y      = (a.y < b.y) ? a.y : b.y;
  const int right  = (a.x + a.w > b.x + b.w) ? a.x + a.w : b.x + b.w;
  const int bottom = (a.y + a.h > b.y + b.h) ? a.y + a.h : b.y + b.h;
  return (UiBox){x, y, right - x, bottom - y};
}

static unsigned everything(const UiTree* const now, UiBox* const boxes)
{
  boxes[0] = now->widgets[0].box;
  return 1;
}

unsigned ui_damage(const UiTree* const before,
                   const UiTree* const now,
                   UiBox* const        boxes)
{
  if (before->count != now->count) {
    return everything(now, boxes);
  }
  unsigned count = 0;
  for (unsigned i = 0; i < now->count; ++i) {
    const UiWidget* const was = &before->widgets[i];
    const UiWidget* const is  = &now->widgets[i];
    if (memcmp(was, is, sizeof(*is)) == 0) {
      continue;
    }
    if (count == UI_MAX_DAMAGE || was->part != is->part || i == 0) {
      return everything(now, boxes);
    }
    UiBox box = ui_box_grown(union_of(was->box, is->box), REACH);
    if (!ui_box_empty(is->clip)) {
      box = ui_box_common(box, is->clip);
    }
    if (!ui_box_empty(box)) {
      boxes[count++] = box;
    }
  }
  return count;
}

static void paint_backdrop(UiCanvas* const canvas, const UiWidget* const widget)
{
  ui_fill_round(canvas,
                ui_rect(widget->box),
                0.0,
                ui_canvas_palette(canvas)->bg);
}

static void paint_widget(UiCanvas* const canvas, const UiWidget* const widget)
{
  typedef void (*Paint)(UiCanvas*, const UiWidget*);
  static const Paint paints[UI_PART_COUNT] = {
    [UI_PART_BACKDROP] = paint_backdrop,  [UI_PART_BAR] = ui_paint_bar,
    [UI_PART_ROOM] = ui_paint_room,       [UI_PART_STATE] = ui_paint_state,
    [UI_PART_MODES] = ui_paint_modes,     [UI_PART_MODE] = ui_paint_mode,
    [UI_PART_INVITE] = ui_paint_invite,   [UI_PART_BANNER] = ui_paint_banner,
    [UI_PART_STRIP] = ui_paint_strip,     [UI_PART_PERSON] = ui_paint_person,
    [UI_PART_HEALTH] = ui_paint_health,   [UI_PART_METER] = ui_paint_meter,
    [UI_PART_SCALE] = ui_paint_scale,     [UI_PART_PEAK] = ui_paint_figure,
    [UI_PART_FADER] = ui_paint_fader,     [UI_PART_LEVEL] = ui_paint_figure,
    [UI_PART_PAN] = ui_paint_pan,         [UI_PART_MUTE] = ui_paint_switch,
    [UI_PART_SOLO] = ui_paint_switch,     [UI_PART_DELAY] = ui_paint_delay,
    [UI_PART_MONITOR] = ui_paint_switch,  [UI_PART_SEND] = ui_paint_send,
    [UI_PART_SCROLL] = ui_paint_scroll,   [UI_PART_EMPTY] = ui_paint_empty,
    [UI_PART_POPOVER] = ui_paint_popover, [UI_PART_LINK] = ui_paint_link,
    [UI_PART_COPY] = ui_paint_copy,       [UI_PART_STATUS_BAR] = ui_paint_bar,
    [UI_PART_STATUS] = ui_paint_status,   [UI_PART_FACTS] = ui_paint_facts};
  paints[widget->part](canvas, widget);
}

void ui_paint(UiCanvas* const canvas, const UiTree* const tree, const UiBox box)
{
  ui_clip(canvas, box);
  for (unsigned i = 0; i < tree->count; ++i) {
    const UiWidget* const widget = &tree->widgets[i];
    const bool            clips  = !ui_box_empty(widget->clip);
    const UiBox           reach  = ui_box_grown(widget->box, REACH);
    const UiBox seen = clips ? ui_box_common(reach, widget->clip) : reach;
    if (ui_box_empty(ui_box_common(seen, box))) {
      continue;
    }
    if (clips) {
      ui_clip(canvas, widget->clip);
    }
    paint_widget(canvas, widget);
    if (clips) {
      ui_unclip(canvas);
    }
  }
  ui_unclip(canvas);
}

UiText
ui_style(const UiWidget* const widget, const UiType type, const UiColour colour)
{
  const UiFont* const font   = ui_font(type);
  const bool          narrow = widget->form == UI_FORM_NARROW;
  return (UiText){.px     = narrow ? font->narrow_px : font->px,
                  .weight = font->weight,
                  .colour = colour};
}

double ui_fitting_px(UiCanvas* const     canvas,
                     const UiText* const text,
                     const double        room,
                     const char* const   words)
{
  const double width = ui_text_width(canvas, text->px, text->weight, words);
  return (width > room) ? text->px * room / width : text->px;
}

double ui_shrunk_px(UiCanvas* const     canvas,
                    const UiText* const text,
                    const UiType        least,
                    const char* const   words)
{
  const double fit = ui_fitting_px(canvas, text, text->room, words);
  const double min = ui_font(least)->px;
  return (fit > min) ? fit : min;
}

UiColour ui_health_ink(const UiPalette* const palette, const JamHealth health)
{
  return (health == JAM_HEALTH_OK)     ? palette->ok
         : (health == JAM_HEALTH_WARN) ? palette->warn
                                       : palette->bad;
}

UiColour ui_health_tint(const UiPalette* const palette, const JamHealth health)
{
  return (health == JAM_HEALTH_OK)     ? palette->ok_tint
         : (health == JAM_HEALTH_WARN) ? palette->warn_tint
                                       : palette->bad_tint;
}

void ui_paint_focus(UiCanvas* const canvas,
                    const UiRect    rect,
                    const double    radius)
{
  ui_frame_round(canvas,
                 ui_inset(rect, -FOCUS_RING),
                 radius + FOCUS_RING,
                 UI_STROKE_FOCUS,
                 ui_canvas_palette(canvas)->focus);
}

UiColour ui_paint_plate(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const UiRect           rect   = ui_rect(widget->box);
  const double           radius = UI_RADIUS_CONTROL;
  UiColour               fill   = p->control;
  if (widget->on) {
    fill = widget->pressed ? p->primary_pressed
           : widget->hover ? p->primary_hover
                           : p->primary;
  } else if (widget->pressed) {
    fill = p->control_pressed;
  } else if (widget->hover) {
    fill = p->control_hover;
  }
  ui_fill_round(canvas, rect, radius, fill);
  if (p->outlined) {
    ui_frame_round(canvas, rect, radius, UI_STROKE_EDGE, p->line);
  }
  if (widget->focus) {
    ui_paint_focus(canvas, rect, radius);
  }
  return widget->on ? p->on_primary : p->text;
}

void ui_paint_switch(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiColour ink  = ui_paint_plate(canvas, widget);
  UiText         text = ui_style(widget, UI_TYPE_BODY, ink);
  text.x              = widget->box.x + widget->box.w / 2.0;
  text.baseline       = widget->box.y + widget->box.h / 2 + TEXT_DROP +
                  (widget->pressed ? PRESS_SINK : 0);
  text.align = UI_ALIGN_MIDDLE;
  text.room  = widget->box.w - UI_GRID;
  text.px    = ui_shrunk_px(canvas, &text, UI_TYPE_TICK, widget->label);
  ui_text(canvas, &text, widget->label);
}
