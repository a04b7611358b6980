// SPDX-License-Identifier: MIT
// A window too narrow for strips: the own card stays on top, one row a person
// scrolls below it. Also the things that stand alone: the empty room, the
// invite popover and the scroll mark.

#include "screen.h"

// Within the own card
enum {
  CARD_PAD      = 12,
  CARD_RIGHT_W  = 110,
  CARD_GAP      = 16,
  CARD_METER_X  = 52,
  CARD_METER_Y  = 110,
  CARD_METER_H  = 14,
  CARD_FIGURE_W = 66,
  CARD_AVATAR   = 28
};

// Within a row; R: from its right edge
enum {
  ROW_PAD      = 12,
  ROW_HEALTH_X = 136,
  ROW_HEALTH_Y = 8,
  ROW_METER_Y  = 62,
  ROW_METER_R  = 176,
  ROW_FADER_Y  = 74,
  ROW_LEVEL_R  = 113,
  ROW_LEVEL_W  = 38,
  ROW_BUTTON_Y = 58,
  ROW_MUTE_R   = 104,
  ROW_SOLO_R   = 56
};

// The empty room and the popover
enum {
  EMPTY_TITLE_H  = 40,
  EMPTY_LINE_H   = 28,
  EMPTY_LINK_H   = 72,
  EMPTY_LINK_W   = 560,
  EMPTY_BUTTON_W = 200,
  EMPTY_GAP      = 16,
  POPOVER_W      = 440,
  POPOVER_HEAD_H = 76,
  POPOVER_LINK_H = 96,
  SCROLL_H       = 4
};

static void place_own_card(UiScreen* const screen, const UiBox card)
{
  UiTree* const tree  = &screen->tree;
  const int     right = card.x + card.w - CARD_PAD - CARD_RIGHT_W;
  ui_tree_add(tree, UI_PART_STRIP, UI_ROLE_NONE, 0, card);
  const UiBox send = {card.x + CARD_PAD,
                      card.y + CARD_PAD,
                      right - CARD_GAP - card.x - CARD_PAD,
                      UI_SEND_H};
  ui_make_control(ui_tree_add(tree, UI_PART_SEND, UI_ROLE_SWITCH, 0, send),
                  send);
  ui_tree_add(tree,
              UI_PART_DELAY,
              UI_ROLE_TEXT,
              0,
              (UiBox){right, card.y + CARD_PAD, CARD_RIGHT_W, UI_SEND_H});
  ui_tree_add(tree,
              UI_PART_PERSON,
              UI_ROLE_TEXT,
              0,
              (UiBox){card.x + CARD_PAD,
                      card.y + CARD_METER_Y + (CARD_METER_H - CARD_AVATAR) / 2,
                      CARD_AVATAR,
                      CARD_AVATAR});
  const int       meter_w = card.w - CARD_METER_X - CARD_PAD - CARD_FIGURE_W;
  UiWidget* const meter   = ui_tree_add(tree,
                                      UI_PART_METER,
                                      UI_ROLE_METER,
                                      0,
                                      (UiBox){card.x + CARD_METER_X,
                                                card.y + CARD_METER_Y,
                                                meter_w,
                                                CARD_METER_H});
  meter->hit              = meter->box;
  ui_tree_add(tree,
              UI_PART_PEAK,
              UI_ROLE_NONE,
              0,
              (UiBox){card.x + card.w - CARD_PAD - CARD_FIGURE_W,
                      card.y + CARD_METER_Y - 1,
                      CARD_FIGURE_W,
                      CARD_METER_H + 2});
}

static void place_row_switch(UiScreen* const screen,
                             const UiPart    part,
                             const unsigned  person,
                             const int       x,
                             const int       y)
{
  const UiBox box = {x, y, UI_CONTROL_H, UI_CONTROL_H};
  ui_make_control(ui_tree_add(&screen->tree, part, UI_ROLE_SWITCH, person, box),
                  box);
}

static void
place_row(UiScreen* const screen, const unsigned person, const UiBox row)
{
  UiTree* const  tree  = &screen->tree;
  const unsigned first = tree->count;
  const int      right = row.x + row.w;
  const int      x     = row.x + ROW_PAD;
  const int      w     = row.w - ROW_METER_R;
  ui_tree_add(tree, UI_PART_STRIP, UI_ROLE_NONE, person, row);
  ui_tree_add(
    tree,
    UI_PART_PERSON,
    UI_ROLE_TEXT,
    person,
    (UiBox){x, row.y + ROW_PAD, ROW_HEALTH_X - ROW_PAD, UI_AVATAR_NARROW});
  ui_tree_add(tree,
              UI_PART_HEALTH,
              UI_ROLE_TEXT,
              person,
              (UiBox){row.x + ROW_HEALTH_X,
                      row.y + ROW_HEALTH_Y,
                      row.w - ROW_HEALTH_X - ROW_HEALTH_Y,
                      UI_CONTROL_H});
  UiWidget* const meter =
    ui_tree_add(tree,
                UI_PART_METER,
                UI_ROLE_METER,
                person,
                (UiBox){x, row.y + ROW_METER_Y, w, UI_METER_H_NARROW});
  meter->hit            = meter->box;
  UiWidget* const fader = ui_place_fader(
    screen,
    person,
    (UiBox){x - ROW_PAD, row.y + ROW_FADER_Y, w + 2 * ROW_PAD, UI_CAP_NARROW});
  // All that is left of the row, below the meter
  fader->hit = (UiBox){row.x,
                       row.y + UI_ROW_H + UI_ROW_GAP / 2 - UI_HIT_MIN,
                       w + 2 * ROW_PAD,
                       UI_HIT_MIN};
  ui_tree_add(tree,
              UI_PART_LEVEL,
              UI_ROLE_NONE,
              person,
              (UiBox){right - ROW_LEVEL_R - ROW_LEVEL_W,
                      row.y + ROW_FADER_Y,
                      ROW_LEVEL_W,
                      UI_CAP_NARROW});
  place_row_switch(screen,
                   UI_PART_MUTE,
                   person,
                   right - ROW_MUTE_R,
                   row.y + ROW_BUTTON_Y);
  place_row_switch(screen,
                   UI_PART_SOLO,
                   person,
                   right - ROW_SOLO_R,
                   row.y + ROW_BUTTON_Y);
  for (unsigned i = first; i < tree->count; ++i) {
    tree->widgets[i].clip = screen->list;
  }
}

void ui_layout_narrow(UiScreen* const screen, const int top, const int bottom)
{
  const int w = screen->width - 2 * UI_MARGIN;
  const int y = top + UI_OWN_CARD_H + UI_ROW_GAP;
  place_own_card(screen, (UiBox){UI_MARGIN, top, w, UI_OWN_CARD_H});
  screen->list     = (UiBox){UI_MARGIN, y, w, bottom - y};
  const int others = (int)screen->model.count - 1;
  if (others == 0) {
    ui_layout_empty(screen, screen->list);
    return;
  }
  const int all      = others * (UI_ROW_H + UI_ROW_GAP) - UI_ROW_GAP;
  screen->scroll_max = (all > bottom - y) ? all - (bottom - y) : 0;
  if (screen->scroll > screen->scroll_max) {
    screen->scroll = screen->scroll_max;
  }
  for (int i = 0; i < others; ++i) {
    place_row(screen,
              (unsigned)i + 1U,
              (UiBox){UI_MARGIN,
                      y + i * (UI_ROW_H + UI_ROW_GAP) - screen->scroll,
                      w,
                      UI_ROW_H});
  }
}

static void
place_link(UiScreen* const screen, const UiBox link, const UiBox copy)
{
  if (!ui_box_empty(link)) {
    ui_tree_add(&screen->tree, UI_PART_LINK, UI_ROLE_TEXT, 0, link);
  }
  ui_make_control(
    ui_tree_add(&screen->tree, UI_PART_COPY, UI_ROLE_BUTTON, 0, copy),
    copy);
}

// A heading, a sentence, the link and a button, in the middle; the link goes
// where there is no room for it
void ui_layout_empty(UiScreen* const screen, const UiBox area)
{
  const bool invite = screen->link[0] != '\0';
  const int  inner  = area.w - 2 * UI_PAD;
  const int  link_w = (inner < EMPTY_LINK_W) ? inner : EMPTY_LINK_W;
  int        needed = EMPTY_TITLE_H + EMPTY_LINE_H;
  if (invite) {
    needed += EMPTY_GAP + UI_CONTROL_H_BAR;
  }
  const bool shown =
    invite && needed + EMPTY_GAP + EMPTY_LINK_H + 2 * UI_PAD <= area.h;
  needed += shown ? EMPTY_GAP + EMPTY_LINK_H : 0;
  int             y = area.y + (area.h - needed) / 2;
  UiWidget* const words =
    ui_tree_add(&screen->tree, UI_PART_EMPTY, UI_ROLE_TEXT, 0, area);
  words->amount[0] = y;
  y += EMPTY_TITLE_H + EMPTY_LINE_H + EMPTY_GAP;
  UiBox link = {area.x + (area.w - link_w) / 2, y, 0, 0};
  if (shown) {
    link.w = link_w;
    link.h = EMPTY_LINK_H;
    y += EMPTY_LINK_H + EMPTY_GAP;
  }
  if (invite) {
    place_link(screen,
               link,
               (UiBox){area.x + (area.w - EMPTY_BUTTON_W) / 2,
                       y,
                       EMPTY_BUTTON_W,
                       UI_CONTROL_H_BAR});
  }
}

static void place_popover(UiScreen* const screen)
{
  const int most = screen->width - 2 * UI_MARGIN;
  const int w    = (most < POPOVER_W) ? most : POPOVER_W;
  const int bar =
    (screen->form == UI_FORM_NARROW) ? UI_ROOM_BAR_NARROW : UI_ROOM_BAR_H;
  const UiBox     box = {screen->width - UI_MARGIN - w,
                         bar + UI_GRID,
                         w,
                         POPOVER_HEAD_H + POPOVER_LINK_H + UI_GAP + UI_CONTROL_H +
                           UI_PAD};
  UiWidget* const popover =
    ui_tree_add(&screen->tree, UI_PART_POPOVER, UI_ROLE_GROUP, 0, box);
  popover->hit     = box;
  const UiBox link = {box.x + UI_PAD,
                      box.y + POPOVER_HEAD_H,
                      w - 2 * UI_PAD,
                      POPOVER_LINK_H};
  place_link(screen,
             link,
             (UiBox){link.x, link.y + link.h + UI_GAP, link.w, UI_CONTROL_H});
}

// How far the list is scrolled, as a mark in the margin below or beside it
static void place_scroll(UiScreen* const screen)
{
  const bool narrow = screen->form == UI_FORM_NARROW;
  const int  seen   = narrow ? screen->list.h : screen->list.w;
  const int  all    = seen + screen->scroll_max;
  const int  length = seen * seen / all;
  const int  offset = screen->scroll * seen / all;
  UiBox      box    = {screen->list.x + offset,
                       screen->list.y + screen->list.h + UI_GRID + 2,
                       length,
                       SCROLL_H};
  if (narrow) {
    box = (UiBox){screen->list.x + screen->list.w + UI_GRID + 2,
                  screen->list.y + offset,
                  SCROLL_H,
                  length};
  }
  ui_tree_add(&screen->tree, UI_PART_SCROLL, UI_ROLE_NONE, 0, box);
}

void ui_layout_overlay(UiScreen* const screen)
{
  if (screen->scroll_max > 0) {
    place_scroll(screen);
  }
  if (screen->popover) {
    place_popover(screen);
  }
}
