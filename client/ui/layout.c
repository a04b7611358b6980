// SPDX-License-Identifier: MIT
// Where everything is: room bar, status line, and the strips of a window that
// is wide enough to stand them side by side. All strips share one height for
// every part, so the lines of the meters run across the whole window.

#include "screen.h"

// Within a strip
enum {
  METER_LEFT_OF_MIDDLE  = 52,
  FADER_RIGHT_OF_MIDDLE = 50,
  SCALE_W               = 24,
  SCALE_GAP             = 4,
  SCALE_RISE            = 8, // Half the height of the figure at the top
  LAMP_RISE             = UI_T_METER - UI_T_CLIP_LAMP,
  PEAK_W                = 40,
  LEVEL_W               = 72,
  LEVEL_W_MEDIUM        = 56,
  FIGURE_RISE           = 11,
  FIGURE_H              = 14,
  METER_W_MEDIUM        = 24,
  CAP_W_MEDIUM          = 48,
  PAD_MEDIUM            = 12,
  HEALTH_INSET          = 8,
  HEALTH_H_LOW          = 32,
  BUTTON_GAP            = 8,
  PAN_WORD_W            = 40,
  PAN_FIGURE_W          = 46,
  STACKED               = UI_CONTROL_H + BUTTON_GAP,
  B_METER_LOW           = 132,
  B_FIGURES_LOW         = 106,
  B_METER_STACKED       = 152,
  B_FIGURES_STACKED     = 126,
  T_METER_LOW           = 128,
  LAMP_RISE_LOW         = 12
};

// Within the own strip
enum {
  OWN_METER_X        = 42,
  OWN_FADER_X        = 128,
  OWN_METER_X_MEDIUM = 40,
  OWN_FADER_X_MEDIUM = 104,
  DELAY_X            = 174,
  DELAY_X_MEDIUM     = 136,
  DELAY_RISE         = 20,
  B_MONITOR          = 153
};

// The heights of all strips of a window, from its top
typedef struct Rows {
  int  top, bottom, lamp, meter_top, meter_bottom, figures;
  int  health_h;
  bool pan, stacked;
} Rows;

UiBox ui_pan_track(const UiBox pan)
{
  return (UiBox){pan.x + PAN_WORD_W,
                 pan.y + (pan.h - UI_PAN_TRACK_H) / 2,
                 pan.w - PAN_WORD_W - PAN_FIGURE_W,
                 UI_PAN_TRACK_H};
}

// What is lowest gives way first: the meter shrinks, then pan and its room go,
// then the second line of health. `banner` is what a banner takes: Mute and
// Solo stand as they do without it.
static Rows
plan_rows(const UiForm form, const int top, const int bottom, const int banner)
{
  const int height = bottom - top;
  Rows      rows   = {.top          = top,
                      .bottom       = bottom,
                      .lamp         = top + UI_T_CLIP_LAMP,
                      .meter_top    = top + UI_T_METER,
                      .meter_bottom = bottom - UI_B_METER,
                      .figures      = bottom - UI_B_FIGURES,
                      .health_h     = UI_HEALTH_H,
                      .pan          = form == UI_FORM_WIDE};
  if (form == UI_FORM_MEDIUM &&
      height + banner >= UI_T_METER + UI_METER_H_MIN + B_METER_STACKED) {
    rows.stacked      = true;
    rows.meter_bottom = bottom - B_METER_STACKED;
    rows.figures      = bottom - B_FIGURES_STACKED;
  } else if (height < UI_T_METER + UI_METER_H_MIN + UI_B_METER) {
    rows.meter_bottom = bottom - B_METER_LOW;
    rows.figures      = bottom - B_FIGURES_LOW;
  }
  if (rows.meter_bottom - rows.meter_top < UI_METER_H_MIN) {
    rows.health_h  = HEALTH_H_LOW;
    rows.meter_top = top + T_METER_LOW;
    rows.lamp      = rows.meter_top - LAMP_RISE_LOW;
  }
  return rows;
}

// Scale, meter, fader and both figures; x: left edge of the meter and middle
// of the fader
static void place_levels(UiScreen* const screen,
                         const unsigned  person,
                         const Rows      rows,
                         const int       meter_x,
                         const int       fader_x)
{
  const bool medium  = screen->form == UI_FORM_MEDIUM;
  const int  meter_w = medium ? METER_W_MEDIUM : UI_METER_W;
  const int  cap_w   = medium ? CAP_W_MEDIUM : UI_CAP_W;
  const int  level_w = medium ? LEVEL_W_MEDIUM : LEVEL_W;
  const int  height  = rows.meter_bottom - rows.meter_top;
  UiTree*    tree    = &screen->tree;

  UiWidget* const meter = ui_tree_add(
    tree,
    UI_PART_METER,
    UI_ROLE_METER,
    person,
    (UiBox){meter_x, rows.lamp, meter_w, rows.meter_bottom - rows.lamp});
  meter->hit            = meter->box;
  UiWidget* const scale = ui_tree_add(tree,
                                      UI_PART_SCALE,
                                      UI_ROLE_NONE,
                                      person,
                                      (UiBox){meter_x - SCALE_GAP - SCALE_W,
                                              rows.meter_top - SCALE_RISE,
                                              SCALE_W,
                                              height + SCALE_RISE});
  scale->parts[0]       = SCALE_RISE;
  const int figure_y    = rows.figures - FIGURE_RISE;
  ui_tree_add(
    tree,
    UI_PART_PEAK,
    UI_ROLE_NONE,
    person,
    (UiBox){meter_x + (meter_w - PEAK_W) / 2, figure_y, PEAK_W, FIGURE_H});
  ui_place_fader(screen,
                 person,
                 (UiBox){fader_x - cap_w / 2,
                         rows.meter_top - UI_CAP_H / 2,
                         cap_w,
                         height + UI_CAP_H});
  ui_tree_add(tree,
              UI_PART_LEVEL,
              UI_ROLE_NONE,
              person,
              (UiBox){fader_x - level_w / 2, figure_y, level_w, FIGURE_H});
}

static void place_health(UiScreen* const screen,
                         const unsigned  person,
                         const Rows      rows,
                         const UiBox     strip)
{
  const UiLink* const link = &screen->model.people[person].link;
  const bool          low  = rows.health_h < UI_HEALTH_H;
  const bool tall = !low && link->shown == JAM_HEALTH_BAD && person > 0 &&
                    link->buffer_helps && screen->model.mode < JAM_MODE_SAFE;
  UiWidget* const health =
    ui_tree_add(&screen->tree,
                UI_PART_HEALTH,
                UI_ROLE_TEXT,
                person,
                (UiBox){strip.x + HEALTH_INSET,
                        rows.top + UI_T_HEALTH,
                        strip.w - 2 * HEALTH_INSET,
                        tall ? UI_HEALTH_H_BAD : rows.health_h});
  health->compact = low;
  health->thin    = health->box.w < UI_THIN;
}

static void place_person(UiScreen* const screen,
                         const unsigned  person,
                         const UiBox     strip,
                         const int       pad)
{
  ui_tree_add(&screen->tree,
              UI_PART_PERSON,
              UI_ROLE_TEXT,
              person,
              (UiBox){strip.x + pad,
                      strip.y + UI_T_AVATAR_CENTRE - UI_AVATAR / 2,
                      strip.w - 2 * pad,
                      UI_AVATAR});
}

static void
place_own(UiScreen* const screen, const Rows rows, const UiBox strip)
{
  const bool medium = screen->form == UI_FORM_MEDIUM;
  UiTree*    tree   = &screen->tree;
  ui_tree_add(tree, UI_PART_STRIP, UI_ROLE_NONE, 0, strip);
  place_person(screen, 0, strip, UI_PAD);
  place_health(screen, 0, rows, strip);
  place_levels(screen,
               0,
               rows,
               strip.x + (medium ? OWN_METER_X_MEDIUM : OWN_METER_X),
               strip.x + (medium ? OWN_FADER_X_MEDIUM : OWN_FADER_X));
  const int x         = strip.x + (medium ? DELAY_X_MEDIUM : DELAY_X);
  const int w         = strip.x + strip.w - UI_PAD - x;
  const int monitor_y = rows.bottom - B_MONITOR;
  const int delay_y   = rows.meter_top - DELAY_RISE;
  ui_tree_add(tree,
              UI_PART_DELAY,
              UI_ROLE_TEXT,
              0,
              (UiBox){x, delay_y, w, monitor_y - BUTTON_GAP - delay_y});
  ui_place_button(screen,
                  UI_PART_MONITOR,
                  UI_ROLE_SWITCH,
                  0,
                  (UiBox){x, monitor_y, w, UI_CONTROL_H});
  ui_place_button(screen,
                  UI_PART_SEND,
                  UI_ROLE_SWITCH,
                  0,
                  (UiBox){strip.x + UI_PAD,
                          rows.bottom - UI_B_SEND,
                          strip.w - 2 * UI_PAD,
                          UI_SEND_H});
}

static void place_switches(UiScreen* const screen,
                           const unsigned  person,
                           const Rows      rows,
                           const UiBox     inner)
{
  const int half = (inner.w - BUTTON_GAP) / 2;
  const int y    = rows.bottom - UI_B_BUTTONS;
  UiBox     mute = {inner.x, y, half, UI_CONTROL_H};
  UiBox     solo = {inner.x + inner.w - half, y, half, UI_CONTROL_H};
  if (rows.stacked) {
    mute = (UiBox){inner.x, y - STACKED, inner.w, UI_CONTROL_H};
    solo = (UiBox){inner.x, y, inner.w, UI_CONTROL_H};
  }
  ui_place_button(screen, UI_PART_MUTE, UI_ROLE_SWITCH, person, mute);
  ui_place_button(screen, UI_PART_SOLO, UI_ROLE_SWITCH, person, solo);
}

static void place_other(UiScreen* const screen,
                        const unsigned  person,
                        const Rows      rows,
                        const UiBox     strip)
{
  const bool     medium = screen->form == UI_FORM_MEDIUM;
  const int      pad    = medium ? PAD_MEDIUM : UI_PAD;
  const int      cap_w  = medium ? CAP_W_MEDIUM : UI_CAP_W;
  const int      middle = strip.x + strip.w / 2;
  const unsigned first  = screen->tree.count;
  const UiBox    inner  = {strip.x + pad, strip.y, strip.w - 2 * pad, strip.h};
  const int      most_left  = inner.x + SCALE_W;
  const int      most_right = inner.x + inner.w - cap_w / 2;
  const int      meter_x    = middle - METER_LEFT_OF_MIDDLE;
  const int      fader_x    = middle + FADER_RIGHT_OF_MIDDLE;

  ui_tree_add(&screen->tree, UI_PART_STRIP, UI_ROLE_NONE, person, strip);
  place_person(screen, person, strip, pad);
  place_health(screen, person, rows, strip);
  place_levels(screen,
               person,
               rows,
               (meter_x > most_left) ? meter_x : most_left,
               (fader_x < most_right) ? fader_x : most_right);
  if (rows.pan) {
    const UiBox box = {inner.x,
                       rows.bottom - UI_B_PAN - UI_PAN_KNOB / 2 - 2,
                       inner.w,
                       UI_PAN_KNOB + 4};
    ui_place_button(screen, UI_PART_PAN, UI_ROLE_SLIDER, person, box);
  }
  place_switches(screen, person, rows, inner);
  for (unsigned i = first; i < screen->tree.count; ++i) {
    screen->tree.widgets[i].clip = screen->list;
  }
}

static int limit(const int value, const int low, const int high)
{
  return (value < low) ? low : (value > high) ? high : value;
}

static void
place_strips(UiScreen* const screen, const int top, const int bottom)
{
  const bool medium = screen->form == UI_FORM_MEDIUM;
  const Rows rows =
    plan_rows(screen->form, top, bottom, top - UI_ROOM_BAR_H - UI_MARGIN);
  const int own_w   = medium ? UI_OWN_W_MEDIUM : UI_OWN_W;
  const int x       = UI_MARGIN + own_w + UI_MARGIN;
  const int others  = (int)screen->model.count - 1;
  screen->meter_top = rows.meter_top;
  place_own(screen, rows, (UiBox){UI_MARGIN, top, own_w, bottom - top});
  screen->list = (UiBox){x, top, screen->width - UI_MARGIN - x, bottom - top};
  if (others == 0) {
    ui_layout_empty(screen, screen->list);
    return;
  }
  const int each     = limit((screen->list.w - (others - 1) * UI_GAP) / others,
                         medium ? UI_STRIP_W_MIN_MED : UI_STRIP_W_MIN,
                         medium ? UI_STRIP_W_MAX_MED : UI_STRIP_W_MAX);
  const int all      = others * (each + UI_GAP) - UI_GAP;
  screen->scroll_max = (all > screen->list.w) ? all - screen->list.w : 0;
  screen->scroll     = limit(screen->scroll, 0, screen->scroll_max);
  for (int i = 0; i < others; ++i) {
    place_other(screen,
                (unsigned)i + 1U,
                rows,
                (UiBox){x + i * (each + UI_GAP) - screen->scroll,
                        top,
                        each,
                        bottom - top});
  }
}

void ui_layout(UiScreen* const screen)
{
  UiTree* const tree   = &screen->tree;
  const bool    narrow = screen->form == UI_FORM_NARROW;
  tree->count          = 0;
  screen->scroll_max   = 0;
  ui_tree_add(tree,
              UI_PART_BACKDROP,
              UI_ROLE_NONE,
              0,
              (UiBox){0, 0, screen->width, screen->height});
  const int edge = narrow ? UI_GAP : UI_MARGIN;
  int       top  = ui_layout_bar(screen) + edge;
  const int end  = screen->height - UI_STATUS_H - edge;
  if (screen->model.state != JAM_STATE_JOINED &&
      !ui_banner_covers_bar(screen)) {
    ui_place_banner(screen, top - UI_GRID);
    top += UI_BANNER_STEP;
  }
  if (narrow) {
    ui_layout_narrow(screen, top, end);
  } else {
    place_strips(screen, top, end);
  }
  ui_layout_status(screen);
  ui_layout_overlay(screen);
}
