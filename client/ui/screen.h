// SPDX-License-Identifier: MIT
// The whole window without a window system: events and snapshots go in, a
// widget tree and commands come out. The SDL window and the tests drive it in
// the same way.

#ifndef JAM_UI_SCREEN_H
#define JAM_UI_SCREEN_H

#include "theme.h"
#include "ui.h"
#include "view.h"
#include "widget.h"

#include <stdbool.h>

enum { UI_TITLE_SIZE = 64, UI_NOBODY = 255 };

/// Keys that have no character; the others are their lower-case character.
enum {
  UI_KEY_TAB = 256,
  UI_KEY_ENTER,
  UI_KEY_ESCAPE,
  UI_KEY_UP,
  UI_KEY_DOWN,
  UI_KEY_LEFT,
  UI_KEY_RIGHT,
  UI_KEY_PAGE_UP,
  UI_KEY_PAGE_DOWN,
  UI_KEY_HOME,
  UI_KEY_END
};

typedef enum UiEventKind {
  UI_EVENT_MOVE,
  UI_EVENT_PRESS,
  UI_EVENT_RELEASE,
  UI_EVENT_WHEEL,
  UI_EVENT_LEAVE, ///< The pointer went elsewhere
  UI_EVENT_BLUR,  ///< The window lost the keyboard
  UI_EVENT_KEY_DOWN,
  UI_EVENT_KEY_UP
} UiEventKind;

typedef struct UiEvent {
  UiEventKind kind;
  int         x, y;
  int         clicks;           ///< 2 for the second press of a double click
  float       wheel_x, wheel_y; ///< Right and up
  int         key;
  bool        repeat;
  bool        shift, ctrl, alt;
} UiEvent;

/// A widget by what it is, which outlives the tree of one frame.
typedef struct UiTarget {
  bool     set;
  UiPart   part;
  uint16_t id;  ///< The person's; a number of the part for the others
  bool     own; ///< Of oneself, whatever the id
} UiTarget;

typedef struct UiScreen {
  char    title[UI_TITLE_SIZE];
  char    link[JAM_LINK_SIZE];
  UiTheme theme;
  float   scale;
  int     width, height; ///< In pixels at scale 1
  UiForm  form;
  UiModel model;
  UiTree  tree;
  int     scroll, scroll_max; ///< Of the list of the others
  UiBox   list;               ///< Where it is seen
  int     meter_top;          ///< The same for all strips

  UiTarget focus, hover, pressed;
  UiTarget before_popover; ///< Where focus returns to
  bool     by_keyboard;    ///< Show the focus ring
  bool     reveal;         ///< Scroll the focus into sight
  float    drag_offset;    ///< From the pointer to the middle of a cap
  int      pointer_x, pointer_y;
  bool     popover;
  bool     copied; ///< The link was copied a moment ago
  double   copied_at;
  bool     wants_copy; ///< The owner of the clipboard should copy `link`
  bool     wants_quit;
} UiScreen;

/// Starts with an empty room.
void ui_screen_init(UiScreen* screen, const UiConfig* config);

/// Sets the size in pixels at scale 1; what is too small is taken as the
/// smallest size.
void ui_screen_resize(UiScreen* screen, int width, int height);

/// Takes in a snapshot and builds the tree of this moment.
void ui_screen_frame(UiScreen* screen, const JamView* view, double now);

/// Handles one event against the tree of the last frame.
void ui_screen_event(UiScreen* screen, const UiEvent* event);

/// Changes the UI scale within its limits.
void ui_screen_set_scale(UiScreen* screen, float scale);

/// Returns the target of a widget.
UiTarget ui_target(const UiScreen* screen, const UiWidget* widget);

/// Returns whether both are set and the same.
bool ui_same_target(const UiTarget* a, const UiTarget* b);

/// Returns the widget of a target in the last tree, or null.
const UiWidget* ui_target_widget(const UiScreen* screen,
                                 const UiTarget* target);

// layout.c, layout_narrow.c, fill.c, keys.c, pointer.c: the parts of the above

/// Places every widget.
void ui_layout(UiScreen* screen);

/// Places own card and one row per person.
void ui_layout_narrow(UiScreen* screen, int top, int bottom);

/// Places what stands where the others would be while nobody is there.
void ui_layout_empty(UiScreen* screen, UiBox area);

/// Places what lies over the rest, and the scroll mark.
void ui_layout_overlay(UiScreen* screen);

/// Places the room bar, or the banner that covers it; returns its height.
int ui_layout_bar(UiScreen* screen);

/// Places the status line.
void ui_layout_status(UiScreen* screen);

/// Places the banner.
void ui_place_banner(UiScreen* screen, int y);

/// Returns whether the window is so low that a banner covers the room bar.
bool ui_banner_covers_bar(const UiScreen* screen);

/// Places a button or switch; the hit area is at least 44 high.
UiWidget* ui_place_button(UiScreen* screen,
                          UiPart    part,
                          UiRole    role,
                          unsigned  person,
                          UiBox     box);

/// Returns where the track lies within a pan control.
UiBox ui_pan_track(UiBox pan);

/// Places a slider in a box; the hit area is at least 44 high.
UiWidget* ui_place_fader(UiScreen* screen, unsigned person, UiBox box);

/// Gives a widget the pointer over `hit`, and the keyboard.
void ui_make_control(UiWidget* widget, UiBox hit);

/// Gives every widget its name, value, words and positions.
void ui_fill(UiScreen* screen);

/// Gives the room bar and the banner their words.
void ui_fill_room(const UiScreen* screen, UiWidget* widget);

/// Gives what belongs to the invite its words.
void ui_fill_invite(const UiScreen* screen, UiWidget* widget);

/// Writes the sentence and the facts of the status line.
void ui_fill_status(const UiScreen* screen, UiWidget* widget);

/// Handles a key.
void ui_key(UiScreen* screen, const UiEvent* event);

/// Handles the pointer.
void ui_pointer(UiScreen* screen, const UiEvent* event);

/// Does what pressing a widget does.
void ui_activate(UiScreen* screen, const UiWidget* widget, bool alone);

/// Moves a slider by some of its steps (1 dB; one mark of pan).
void ui_slide(UiScreen* screen, const UiWidget* widget, float steps);

/// Closes the invite popover and gives focus back.
void ui_close_popover(UiScreen* screen);

#endif // JAM_UI_SCREEN_H
