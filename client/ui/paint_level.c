// SPDX-License-Identifier: MIT
// Meters and sliders: what moves most, so nothing here writes text but the
// figures, and those change four times a second at most.

#include "paint.h"

#include "laws.h"

#include <stdio.h>

#define PEAK_SHARE 0.42
#define TICK_SHARE 0.75
#define FILL_SHARE 0.55
#define SHADOW 0x00000047U
#define TICK_LINE 1.5
#define ZERO_LINE 2.0
#define CAP_LINE 2.5
#define KNOB_LINE 2.0

enum {
  SCALE_GAP    = 4,
  SCALE_DROP   = 4, // From the middle of a figure to its baseline
  SCALE_SPACE  = 13,
  TICK_NEAR    = 9, // From the middle of the track to where a tick ends
  TICK_FAR     = 18,
  ZERO_FAR     = 22,
  CAP_MARK     = 9, // From the edge of a cap to its mark
  CAP_MARK_LOW = 6,
  CAP_SHADOW   = 2,
  PAN_TICK     = 7,
  PAN_MARK     = 4,
  PAN_DROP     = 4,
  FIGURE_DROP  = 4,
  LAMP_RADIUS  = 3,
  ZERO_TICK    = 6,
  PER_MILLE    = 1000
};

static const float ticks_db[] = {-6.0F, -12.0F, -20.0F, -30.0F, -40.0F};

enum { TICKS = sizeof(ticks_db) / sizeof(ticks_db[0]) };

// A stretch of the meter from one amount to another, along its length
static UiRect
stretch(const UiRect body, const bool level, const double from, const double to)
{
  if (level) {
    return (UiRect){body.x + from, body.y, to - from, body.h};
  }
  return (UiRect){body.x, body.y + body.h - to, body.w, to - from};
}

static void fill_to(UiCanvas* const canvas,
                    const UiRect    body,
                    const bool      level,
                    const double    amount,
                    const UiColour  cool,
                    const UiColour  hot)
{
  const double length = level ? body.w : body.h;
  const double warn   = length * (double)ui_meter_position(UI_METER_WARN_DB);
  const double below  = (amount < warn) ? amount : warn;
  ui_fill_round(canvas, stretch(body, level, 0.0, below), 0.0, cool);
  if (amount > warn) {
    ui_fill_round(canvas, stretch(body, level, warn, amount), 0.0, hot);
  }
}

static void paint_body(UiCanvas* const       canvas,
                       const UiWidget* const widget,
                       const UiRect          body,
                       const bool            level)
{
  const UiPalette* const p = ui_canvas_palette(canvas);
  const UiColour own = widget->dim ? p->meter_muted : p->identity[widget->hue];
  const UiColour hot = widget->dim ? p->meter_muted : p->meter_warn;
  const double   length = level ? body.w : body.h;
  ui_clip_round(canvas, body, UI_RADIUS_METER);
  ui_fill_round(canvas, body, 0.0, p->well);
  fill_to(canvas,
          body,
          level,
          widget->amount[1],
          ui_mix(own, p->well, PEAK_SHARE),
          hot);
  fill_to(canvas, body, level, widget->amount[0], own, hot);
  const UiColour line = (p->surface & ~0xFFU) | (UiColour)(TICK_SHARE * 255.0);
  for (int i = 0; i < TICKS; ++i) {
    const double at = length * (double)ui_meter_position(ticks_db[i]);
    const UiRect r  = stretch(body, level, at, at);
    ui_line(canvas, r.x, r.y, r.x + r.w, r.y + r.h, TICK_LINE, line);
  }
  if (widget->amount[2] > 0) {
    const double half = UI_HOLD_LINE / 2.0;
    const double at   = widget->amount[2];
    const bool warm = at > length * (double)ui_meter_position(UI_METER_WARN_DB);
    ui_fill_round(canvas,
                  stretch(body, level, at - half, at + half),
                  1.0,
                  warm ? hot : own);
  }
  if (widget->marked) {
    ui_fill_round(canvas, body, 0.0, p->shade);
  }
  ui_unclip(canvas);
  if (p->outlined) {
    ui_frame_round(canvas, body, UI_RADIUS_METER, 1.0, p->edge);
  }
}

void ui_paint_meter(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p     = ui_canvas_palette(canvas);
  const bool             level = widget->form == UI_FORM_NARROW;
  UiRect                 body  = ui_rect(widget->box);
  if (!level) {
    const UiRect lamp = {body.x, body.y, body.w, UI_CLIP_LAMP_H};
    ui_fill_round(canvas,
                  lamp,
                  LAMP_RADIUS,
                  widget->lit ? p->meter_clip : p->well);
    if (p->outlined) {
      ui_frame_round(canvas, lamp, LAMP_RADIUS, 1.0, p->edge);
    }
    body.y += widget->parts[0];
    body.h -= widget->parts[0];
  }
  paint_body(canvas, widget, body, level);
  if (level && widget->lit) {
    ui_frame_round(canvas, body, UI_RADIUS_METER, ZERO_LINE, p->meter_clip);
  }
}

void ui_paint_scale(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiRect box    = ui_rect(widget->box);
  const double rise   = UI_T_METER - UI_T_CLIP_LAMP;
  const double top    = box.y + widget->parts[0];
  const double length = box.h - widget->parts[0];
  UiText       text =
    ui_style(widget, UI_TYPE_TICK, ui_canvas_palette(canvas)->text3);
  text.x        = box.x + box.w - SCALE_GAP;
  text.align    = UI_ALIGN_RIGHT;
  text.baseline = top + SCALE_DROP;
  ui_text(canvas, &text, "0");
  for (int i = 0; i < TICKS; ++i) {
    const double y = top +
                     length * (1.0 - (double)ui_meter_position(ticks_db[i])) +
                     SCALE_DROP;
    if (y - text.baseline < SCALE_SPACE || y > top + length + rise) {
      continue;
    }
    char words[8];
    snprintf(words, sizeof(words), "%d", (int)-ticks_db[i]);
    text.baseline = y;
    ui_text(canvas, &text, words);
  }
}

static void paint_cap(UiCanvas* const       canvas,
                      const UiWidget* const widget,
                      const UiRect          cap,
                      const double          radius)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const UiRect           shadow = {cap.x, cap.y + CAP_SHADOW, cap.w, cap.h};
  if (!p->outlined) {
    ui_fill_round(canvas, shadow, radius, SHADOW);
  }
  if (widget->pressed) {
    ui_fill_round(canvas, cap, radius, p->primary_pressed);
  } else if (widget->hover) {
    ui_fill_round(canvas, cap, radius, p->primary_hover);
  } else {
    ui_fill_gradient(canvas, cap, radius, p->cap_top, p->cap_bottom);
  }
  if (widget->focus) {
    ui_paint_focus(canvas, cap, radius);
  }
}

static void paint_ticks(UiCanvas* const canvas,
                        const double    x,
                        const double    bottom,
                        const double    length)
{
  static const float     marks[] = {2.0F, 1.0F, 0.5012F, 0.2512F, 0.1F, 0.01F};
  const UiPalette* const p       = ui_canvas_palette(canvas);
  for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); ++i) {
    const bool   zero = i == 1;
    const double y    = bottom - length * (double)ui_fader_position(marks[i]);
    ui_line(canvas,
            x - (zero ? ZERO_FAR : TICK_FAR),
            y,
            x - TICK_NEAR,
            y,
            zero ? ZERO_LINE : TICK_LINE,
            zero ? p->text2 : p->tick);
  }
}

static void paint_upright_fader(UiCanvas* const       canvas,
                                const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const UiRect           box    = ui_rect(widget->box);
  const double           x      = box.x + box.w / 2.0;
  const double           bottom = box.y + box.h - UI_CAP_H / 2.0;
  const double           length = box.h - UI_CAP_H;
  const double           y      = bottom - widget->amount[0];
  const double           left   = x - UI_TRACK_W / 2.0;
  paint_ticks(canvas, x, bottom, length);
  ui_fill_round(canvas,
                (UiRect){left, bottom - length, UI_TRACK_W, length},
                UI_RADIUS_TRACK,
                p->well);
  if (p->outlined) {
    ui_frame_round(canvas,
                   (UiRect){left, bottom - length, UI_TRACK_W, length},
                   UI_RADIUS_TRACK,
                   1.0,
                   p->edge);
  }
  ui_fill_round(canvas,
                (UiRect){left, y, UI_TRACK_W, bottom - y},
                UI_RADIUS_TRACK,
                ui_mix(p->fill_dim, p->well, FILL_SHARE));
  paint_cap(canvas,
            widget,
            (UiRect){box.x, y - UI_CAP_H / 2.0, box.w, UI_CAP_H},
            UI_RADIUS_CAP);
  ui_line(canvas,
          box.x + CAP_MARK,
          y,
          box.x + box.w - CAP_MARK,
          y,
          CAP_LINE,
          p->cap_line);
}

static void paint_level_fader(UiCanvas* const       canvas,
                              const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const UiRect           box    = ui_rect(widget->box);
  const double           half   = UI_CAP_NARROW / 2.0;
  const double           y      = box.y + box.h / 2.0;
  const double           left   = box.x + half;
  const double           length = box.w - UI_CAP_NARROW;
  const double           x      = left + widget->amount[0];
  const double           zero = left + length * (double)ui_fader_position(1.0F);
  const UiRect track = {left, y - UI_TRACK_W / 2.0, length, UI_TRACK_W};
  ui_fill_round(canvas, track, UI_RADIUS_TRACK, p->well);
  if (p->outlined) {
    ui_frame_round(canvas, track, UI_RADIUS_TRACK, 1.0, p->edge);
  }
  ui_fill_round(canvas,
                (UiRect){left, track.y, x - left, UI_TRACK_W},
                UI_RADIUS_TRACK,
                ui_mix(p->fill_dim, p->well, FILL_SHARE));
  ui_line(canvas,
          zero,
          y + CAP_MARK_LOW,
          zero,
          y + CAP_MARK_LOW + ZERO_TICK,
          ZERO_LINE,
          p->text2);
  paint_cap(canvas,
            widget,
            (UiRect){x - half, y - half, UI_CAP_NARROW, UI_CAP_NARROW},
            UI_RADIUS_CAP);
  ui_line(canvas,
          x,
          y - half + CAP_MARK_LOW,
          x,
          y + half - CAP_MARK_LOW,
          CAP_LINE,
          p->cap_line);
}

void ui_paint_fader(UiCanvas* const canvas, const UiWidget* const widget)
{
  if (widget->form == UI_FORM_NARROW) {
    paint_level_fader(canvas, widget);
  } else {
    paint_upright_fader(canvas, widget);
  }
}

void ui_paint_pan(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p     = ui_canvas_palette(canvas);
  const UiRect           box   = ui_rect(widget->box);
  const UiRect           track = ui_rect(ui_pan_track(widget->box));
  const double           y     = track.y + track.h / 2.0;
  const double           half  = track.w / 2.0;
  const double           mid   = track.x + half;
  const double           x     = mid + half * widget->amount[0] / PER_MILLE;
  const double           r     = UI_PAN_KNOB / 2.0;
  UiText                 text  = ui_style(widget, UI_TYPE_SMALL, p->text2);
  text.x                       = box.x;
  text.baseline                = y + PAN_DROP;
  ui_text(canvas, &text, widget->label);
  text.colour = p->text;
  text.x      = box.x + box.w;
  text.align  = UI_ALIGN_RIGHT;
  ui_text(canvas, &text, widget->figure);
  ui_fill_round(canvas, track, track.h / 2.0, p->well);
  if (p->outlined) {
    ui_frame_round(canvas, track, track.h / 2.0, 1.0, p->edge);
  }
  ui_line(canvas, mid, y - PAN_TICK, mid, y + PAN_TICK, TICK_LINE, p->tick);
  const UiRect fill = {(x < mid) ? x : mid,
                       track.y,
                       (x < mid) ? mid - x : x - mid,
                       track.h};
  ui_fill_round(canvas, fill, 0.0, p->fill_dim);
  paint_cap(canvas,
            widget,
            (UiRect){x - r, y - r, UI_PAN_KNOB, UI_PAN_KNOB},
            r);
  ui_line(canvas, x, y - PAN_MARK, x, y + PAN_MARK, KNOB_LINE, p->cap_line);
}

void ui_paint_figure(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             peak   = widget->part == UI_PART_PEAK;
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const UiRect           box    = ui_rect(widget->box);
  UiText                 text   = ui_style(widget,
                         peak ? UI_TYPE_SMALL : UI_TYPE_BODY,
                         peak ? p->text2 : p->text);
  text.x                        = narrow ? box.x + box.w : box.x + box.w / 2.0;
  text.align                    = narrow ? UI_ALIGN_RIGHT : UI_ALIGN_MIDDLE;
  text.baseline                 = box.y + box.h / 2.0 + FIGURE_DROP;
  ui_text(canvas, &text, widget->label);
}
