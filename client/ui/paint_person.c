// SPDX-License-Identifier: MIT
// A person's name and link, and of oneself: whether one is heard, and how late
// it all is.

#include "paint.h"

#include <stdio.h>

#define BAD_BORDER 2.0

// Name and avatar
enum {
  NAME_GAP        = 12,
  NAME_GAP_NARROW = 10,
  NAME_BASE       = UI_T_NAME - (UI_T_AVATAR_CENTRE - UI_AVATAR / 2),
  NOTE_BASE       = UI_T_INSTRUMENT - (UI_T_AVATAR_CENTRE - UI_AVATAR / 2),
  NAME_BASE_LOW   = 16,
  NOTE_BASE_LOW   = 34,
  PILL_W          = 54,
  PILL_H          = 22,
  PILL_Y          = 26,
  PILL_BASE       = 15,
  LAMP_X          = 11,
  LAMP_R          = 4,
  LAMP_TEXT_X     = 20,
  LAMP_R_NARROW   = 5,
  NOTE_ROOM_MIN   = 48
};

// Health block
enum {
  SIGN_X        = 17,
  SIGN_Y        = 17,
  WORDS_X       = 32,
  LINE1         = 22,
  LINE2         = 42,
  LINE3         = 64,
  NARROW_SIGN_X = 16,
  NARROW_SIGN_Y = 15,
  NARROW_X      = 30,
  NARROW_LINE1  = 20,
  NARROW_LINE2  = 38,
  RIGHT_PAD     = 10,
  UNDERLINE     = 3,
  CHEVRON       = 20,
  CHEVRON_RISE  = 15,
  THIN_SIGN_X   = 13,
  THIN_X        = 26,
  THIN_PAD      = 4
};

void ui_paint_strip(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiRect           rect = ui_rect(widget->box);
  ui_fill_round(canvas, rect, UI_RADIUS_PANEL, p->surface);
  if (widget->health == JAM_HEALTH_BAD) {
    ui_frame_round(canvas, rect, UI_RADIUS_PANEL, BAD_BORDER, p->bad_edge);
  } else if (p->outlined) {
    ui_frame_round(canvas, rect, UI_RADIUS_PANEL, BAD_BORDER, p->line);
  }
}

static double avatar_size(const UiWidget* const widget)
{
  if (widget->form == UI_FORM_WIDE || widget->person == 0) {
    return widget->box.h;
  }
  return UI_AVATAR_NARROW;
}

// The first character of a name, with plain letters made large
static void initial_of(const char* const name, char* const out)
{
  size_t length = 1;
  out[0] =
    (name[0] >= 'a' && name[0] <= 'z') ? (char)(name[0] - 'a' + 'A') : name[0];
  while (((unsigned char)name[length] & 0xC0U) == 0x80U && length < 4) {
    out[length] = name[length];
    ++length;
  }
  out[length] = '\0';
}

static void paint_avatar(UiCanvas* const       canvas,
                         const UiWidget* const widget,
                         const double          size)
{
  const UiPalette* const p = ui_canvas_palette(canvas);
  const double           r = size / 2.0;
  const double           x = widget->box.x + r;
  const double           y = widget->box.y + widget->box.h / 2.0;
  char                   initial[8];
  initial_of(widget->label, initial);
  ui_disc(canvas, x, y, r, p->identity[widget->hue]);
  // The letter is 48 hundredths of the disc, its capital height 36 of them
  const UiText text = {.x        = x,
                       .baseline = y + size * 0.18,
                       .px       = size * 0.48,
                       .weight   = ui_font(UI_TYPE_TITLE)->weight,
                       .colour   = p->on_identity,
                       .align    = UI_ALIGN_MIDDLE};
  ui_text(canvas, &text, initial);
}

static void paint_midi_pill(UiCanvas* const       canvas,
                            const UiWidget* const widget,
                            const UiRect          pill)
{
  const UiPalette* const p    = ui_canvas_palette(canvas);
  const UiColour         ink  = widget->lit ? p->text : p->text3;
  const double           y    = pill.y + pill.h / 2.0;
  UiText                 text = ui_style(widget, UI_TYPE_TICK, ink);
  ui_frame_round(canvas, pill, PILL_H / 2.0, UI_STROKE_EDGE, ink);
  ui_ring(canvas, pill.x + LAMP_X, y, LAMP_R, UI_STROKE_EDGE, ink);
  if (widget->lit) {
    ui_disc(canvas, pill.x + LAMP_X, y, LAMP_R, ink);
  }
  text.x        = pill.x + LAMP_TEXT_X;
  text.baseline = pill.y + PILL_BASE;
  text.weight   = ui_font(UI_TYPE_BODY)->weight;
  ui_text(canvas, &text, "MIDI");
}

static void paint_name(UiCanvas* const       canvas,
                       const UiWidget* const widget,
                       const double          size)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             wide   = widget->form == UI_FORM_WIDE;
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const UiRect           box    = ui_rect(widget->box);
  const double left  = box.x + size + (wide ? NAME_GAP : NAME_GAP_NARROW);
  const double right = box.x + box.w;
  const bool   pill  = !narrow && widget->on;
  UiText       text =
    ui_style(widget, UI_TYPE_TITLE, widget->dim ? p->text3 : p->text);
  text.px       = wide ? text.px : ui_font(UI_TYPE_TITLE)->narrow_px;
  text.x        = left;
  text.baseline = box.y + (narrow ? NAME_BASE_LOW : NAME_BASE);
  text.room     = right - left - (narrow && widget->on ? 2.0 * LAMP_X : 0.0);
  const double width = ui_text(canvas, &text, widget->label);
  if (narrow && widget->on) {
    const UiColour ink = widget->lit ? p->text : p->text3;
    const double   x   = left + width + LAMP_X;
    const double   y   = text.baseline - LAMP_R_NARROW - 1;
    ui_ring(canvas, x, y, LAMP_R_NARROW, UI_STROKE_EDGE, ink);
    if (widget->lit) {
      ui_disc(canvas, x, y, LAMP_R_NARROW, ink);
    }
  }
  if (pill && !wide && widget->person > 0) {
    return; // The lamp stands where the note would
  }
  text          = ui_style(widget, UI_TYPE_TEXT, p->text2);
  text.px       = wide ? text.px : ui_font(UI_TYPE_SMALL)->px;
  text.x        = left;
  text.baseline = box.y + (narrow ? NOTE_BASE_LOW : NOTE_BASE);
  text.room     = right - left - (pill && wide ? PILL_W + NAME_GAP / 2.0 : 0.0);
  text.px       = ui_shrunk_px(canvas, &text, UI_TYPE_TICK, widget->note);
  // A stump of a word tells nothing
  if (text.room >= NOTE_ROOM_MIN) {
    ui_text(canvas, &text, widget->note);
  }
}

void ui_paint_person(UiCanvas* const canvas, const UiWidget* const widget)
{
  const bool   narrow = widget->form == UI_FORM_NARROW;
  const bool   medium = widget->form == UI_FORM_MEDIUM;
  const double size   = avatar_size(widget);
  const UiRect box    = ui_rect(widget->box);
  paint_avatar(canvas, widget, size);
  if (narrow && widget->person == 0) {
    return;
  }
  paint_name(canvas, widget, size);
  UiRect pill = {box.x + box.w - PILL_W, box.y + PILL_Y, PILL_W, PILL_H};
  if (medium && widget->person > 0) {
    pill.x = box.x + size + NAME_GAP_NARROW;
  }
  if (!narrow && widget->on) {
    paint_midi_pill(canvas, widget, pill);
  }
}

static double right_of(const UiWidget* const widget)
{
  return widget->box.x + widget->box.w - (widget->thin ? THIN_PAD : RIGHT_PAD);
}

static void paint_action(UiCanvas* const       canvas,
                         const UiWidget* const widget,
                         const double          x,
                         const double          baseline)
{
  const UiPalette* const p     = ui_canvas_palette(canvas);
  const double           right = right_of(widget);
  UiText                 text  = ui_style(widget, UI_TYPE_TEXT, p->text);
  text.weight                  = ui_font(UI_TYPE_BODY)->weight;
  text.px =
    (widget->form == UI_FORM_WIDE) ? text.px : ui_font(UI_TYPE_SMALL)->px;
  text.x             = x;
  text.baseline      = baseline;
  text.room          = right - CHEVRON / 2.0 - x;
  const double width = ui_text(canvas, &text, widget->action);
  ui_line(canvas,
          x,
          baseline + UNDERLINE + 0.5,
          x + width,
          baseline + UNDERLINE + 0.5,
          1.0,
          widget->hover ? p->text : p->edge);
  ui_icon(canvas,
          UI_ICON_CHEVRON,
          right - CHEVRON + UNDERLINE * 2,
          baseline - CHEVRON_RISE,
          CHEVRON,
          UI_STROKE_ICON,
          p->text,
          p->surface);
}

// The name of the trouble beside the delay; a narrow strip shows the delay
// below it
static void paint_cause(UiCanvas* const       canvas,
                        const UiWidget* const widget,
                        const double          x,
                        const double          baseline)
{
  const UiPalette* const p     = ui_canvas_palette(canvas);
  const bool             ok    = widget->health == JAM_HEALTH_OK;
  const bool             wide  = widget->form == UI_FORM_WIDE;
  const double           right = right_of(widget);
  double                 room  = right - x;
  UiText                 text  = ui_style(widget, UI_TYPE_SMALL, p->text2);
  text.x                       = right;
  text.baseline                = baseline;
  text.align                   = UI_ALIGN_RIGHT;
  if (!widget->thin) {
    room -= ui_text(canvas, &text, widget->figure) + UI_GRID * 2;
  }
  text          = ui_style(widget,
                  wide ? UI_TYPE_BODY : UI_TYPE_TEXT,
                  ok ? p->text : ui_health_ink(p, widget->health));
  text.weight   = ui_font(UI_TYPE_BODY)->weight;
  text.x        = x;
  text.baseline = baseline;
  text.room     = room;
  text.px       = ui_shrunk_px(canvas, &text, UI_TYPE_SMALL, widget->label);
  ui_text(canvas, &text, widget->label);
}

static void paint_detail(UiCanvas* const       canvas,
                         const UiWidget* const widget,
                         const double          x,
                         const double          baseline)
{
  const UiPalette* const p  = ui_canvas_palette(canvas);
  const bool             ok = widget->health == JAM_HEALTH_OK;
  UiText text   = ui_style(widget, UI_TYPE_SMALL, ok ? p->text2 : p->text);
  text.weight   = ok ? ui_font(UI_TYPE_TEXT)->weight : text.weight;
  text.x        = x;
  text.baseline = baseline;
  text.room     = right_of(widget) - x;
  ui_text(canvas, &text, widget->thin ? widget->figure : widget->note);
}

static void paint_health_words(UiCanvas* const       canvas,
                               const UiWidget* const widget,
                               const double          x)
{
  const bool   narrow = widget->form == UI_FORM_NARROW;
  const bool   tall   = widget->box.h > UI_HEALTH_H;
  const double y      = widget->box.y;
  const double second = y + (narrow ? NARROW_LINE2 : LINE2);
  paint_cause(canvas, widget, x, y + (narrow ? NARROW_LINE1 : LINE1));
  if (widget->compact) {
    return;
  }
  if (widget->action[0] == '\0' || tall) {
    paint_detail(canvas, widget, x, second);
  }
  if (widget->action[0]) {
    paint_action(canvas, widget, x, tall ? y + LINE3 : second);
  }
}

void ui_paint_health(UiCanvas* const canvas, const UiWidget* const widget)
{
  const UiPalette* const p      = ui_canvas_palette(canvas);
  const bool             narrow = widget->form == UI_FORM_NARROW;
  const bool             thin   = widget->thin;
  const UiRect           box    = ui_rect(widget->box);
  const UiColour         ink    = ui_health_ink(p, widget->health);
  if (widget->health != JAM_HEALTH_OK) {
    ui_fill_round(canvas,
                  box,
                  UI_RADIUS_CONTROL,
                  ui_health_tint(p, widget->health));
    if (widget->health == JAM_HEALTH_BAD || p->outlined) {
      ui_frame_round(canvas, box, UI_RADIUS_CONTROL, UI_STROKE_EDGE, ink);
    }
  }
  ui_health_sign(canvas,
                 box.x + (narrow ? NARROW_SIGN_X
                          : thin ? THIN_SIGN_X
                                 : SIGN_X),
                 box.y + (narrow ? NARROW_SIGN_Y : SIGN_Y),
                 widget->health);
  paint_health_words(canvas,
                     widget,
                     box.x + (narrow ? NARROW_X
                              : thin ? THIN_X
                                     : WORDS_X));
  if (widget->focus) {
    ui_paint_focus(canvas, box, UI_RADIUS_CONTROL);
  }
}
