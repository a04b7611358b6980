// SPDX-License-Identifier: MIT
// The room bar, the banner and the status line, and how controls get the area
// that the pointer finds them in.

#include "screen.h"

// Within the room bar
enum {
  ROOM_W         = 280,
  ROOM_Y         = 10,
  ROOM_H         = 52,
  STATE_X        = 332,
  STATE_W        = 260,
  INVITE_W       = 116,
  MODE_W         = 84,
  MODE_W_MEDIUM  = 72,
  MODES          = 3,
  CAPTION_W      = 56,
  BAR_GAP        = 12,
  BANNER_NEEDS_H = 560
};

void ui_make_control(UiWidget* const widget, const UiBox hit)
{
  widget->hit       = hit;
  widget->focusable = true;
}

static UiBox tall_enough(const UiBox box)
{
  const int missing = (box.h < UI_HIT_MIN) ? UI_HIT_MIN - box.h : 0;
  return (UiBox){box.x, box.y - missing / 2, box.w, box.h + missing};
}

UiWidget*
ui_place_fader(UiScreen* const screen, const unsigned person, const UiBox box)
{
  UiWidget* const fader =
    ui_tree_add(&screen->tree, UI_PART_FADER, UI_ROLE_SLIDER, person, box);
  ui_make_control(fader, tall_enough(box));
  return fader;
}

UiWidget* ui_place_button(UiScreen* const screen,
                          const UiPart    part,
                          const UiRole    role,
                          const unsigned  person,
                          const UiBox     box)
{
  UiWidget* const button = ui_tree_add(&screen->tree, part, role, person, box);
  ui_make_control(button, tall_enough(box));
  return button;
}

// The buttons at the right end of the bar; returns where they begin
static int place_bar_controls(UiScreen* const screen)
{
  const bool narrow = screen->form == UI_FORM_NARROW;
  const int  right  = screen->width - UI_MARGIN;
  int        left   = right;
  if (screen->link[0]) {
    const int w = narrow ? UI_CONTROL_H : INVITE_W;
    const int h = narrow ? UI_CONTROL_H : UI_CONTROL_H_BAR;
    left -= w;
    ui_place_button(screen,
                    UI_PART_INVITE,
                    UI_ROLE_BUTTON,
                    0,
                    (UiBox){left, narrow ? UI_ROW_GAP : BAR_GAP, w, h});
    left -= BAR_GAP;
  }
  const int each = narrow ? (screen->width - 2 * UI_MARGIN - CAPTION_W) / MODES
                   : screen->form == UI_FORM_MEDIUM ? MODE_W_MEDIUM
                                                    : MODE_W;
  const int h    = narrow ? UI_CONTROL_H : UI_CONTROL_H_BAR;
  const int x    = narrow ? UI_MARGIN + CAPTION_W : left - MODES * each;
  const int y    = narrow ? UI_ROOM_BAR_NARROW - BAR_GAP - h : BAR_GAP;
  UiWidget* const plate =
    ui_tree_add(&screen->tree,
                UI_PART_MODES,
                UI_ROLE_NONE,
                0,
                (UiBox){x - CAPTION_W, y, MODES * each + CAPTION_W, h});
  plate->parts[0] = CAPTION_W;
  for (int i = 0; i < MODES; ++i) {
    ui_place_button(screen,
                    UI_PART_MODE,
                    UI_ROLE_CHOICE,
                    (unsigned)i,
                    (UiBox){x + i * each, y, each, h});
  }
  return narrow ? left : x - CAPTION_W - UI_MARGIN;
}

void ui_place_banner(UiScreen* const screen, const int y)
{
  ui_tree_add(
    &screen->tree,
    UI_PART_BANNER,
    UI_ROLE_TEXT,
    0,
    (UiBox){UI_MARGIN, y, screen->width - 2 * UI_MARGIN, UI_BANNER_H});
}

// A low window has no room for a banner below the bar: it covers the bar
bool ui_banner_covers_bar(const UiScreen* const screen)
{
  return screen->model.state != JAM_STATE_JOINED &&
         screen->form != UI_FORM_NARROW && screen->height < BANNER_NEEDS_H;
}

int ui_layout_bar(UiScreen* const screen)
{
  const bool narrow = screen->form == UI_FORM_NARROW;
  const int  height = narrow ? UI_ROOM_BAR_NARROW : UI_ROOM_BAR_H;
  UiTree*    tree   = &screen->tree;
  ui_tree_add(tree,
              UI_PART_BAR,
              UI_ROLE_NONE,
              0,
              (UiBox){0, 0, screen->width, height});
  if (ui_banner_covers_bar(screen)) {
    ui_place_banner(screen, (height - UI_BANNER_H) / 2);
    return height;
  }
  const int left = place_bar_controls(screen);
  const int room = left - UI_MARGIN;
  ui_tree_add(
    tree,
    UI_PART_ROOM,
    UI_ROLE_TEXT,
    0,
    (UiBox){UI_MARGIN,
            narrow ? 0 : ROOM_Y,
            (room > ROOM_W && screen->form == UI_FORM_WIDE) ? ROOM_W : room,
            ROOM_H});
  // While it is not well the banner says so, at greater length
  if (screen->form == UI_FORM_WIDE && STATE_X + STATE_W <= left &&
      screen->model.state == JAM_STATE_JOINED) {
    ui_tree_add(
      tree,
      UI_PART_STATE,
      UI_ROLE_TEXT,
      0,
      (UiBox){STATE_X, (height - UI_CONTROL_H) / 2, STATE_W, UI_CONTROL_H});
  }
  return height;
}

void ui_layout_status(UiScreen* const screen)
{
  const int y     = screen->height - UI_STATUS_H;
  const int inner = screen->width - 2 * UI_MARGIN;
  // The sentence is worth more than the facts
  static const int shares[] =
    {[UI_FORM_WIDE] = 2, [UI_FORM_MEDIUM] = 3, [UI_FORM_NARROW] = 4};
  const int facts = inner / shares[screen->form];
  ui_tree_add(&screen->tree,
              UI_PART_STATUS_BAR,
              UI_ROLE_NONE,
              0,
              (UiBox){0, y, screen->width, UI_STATUS_H});
  ui_tree_add(&screen->tree,
              UI_PART_STATUS,
              UI_ROLE_TEXT,
              0,
              (UiBox){UI_MARGIN, y + 1, inner - facts, UI_STATUS_H - 1});
  ui_tree_add(
    &screen->tree,
    UI_PART_FACTS,
    UI_ROLE_TEXT,
    0,
    (UiBox){UI_MARGIN + inner - facts, y + 1, facts, UI_STATUS_H - 1});
}
