// SPDX-License-Identifier: MIT
// The widget tree: every thing in the window with its role, name and value.
// Painting, the mouse, the keyboard, tests and spoken or printed output all
// read this one list, so none of them can show what another hides.
//
// The list is rebuilt every frame; what differs from the frame before is what
// gets painted.

#ifndef JAM_UI_WIDGET_H
#define JAM_UI_WIDGET_H

#include <jamnet/jamnet.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  UI_MAX_WIDGETS = 640,
  UI_NAME_SIZE   = 96,
  UI_VALUE_SIZE  = 256,
  UI_LABEL_SIZE  = 80,
  UI_LINK_LINES  = 4
};

typedef struct UiBox {
  int x, y, w, h;
} UiBox;

/// What a widget is in the window. The order within a person is the order in
/// which the keyboard visits them.
typedef enum UiPart {
  UI_PART_BACKDROP,
  UI_PART_BAR,
  UI_PART_ROOM,
  UI_PART_STATE, ///< How the connection is, in words
  UI_PART_MODES, ///< The plate behind the three choices
  UI_PART_MODE,  ///< person: a JamMode
  UI_PART_INVITE,
  UI_PART_BANNER,
  UI_PART_STRIP,
  UI_PART_PERSON,
  UI_PART_HEALTH,
  UI_PART_METER,
  UI_PART_SCALE,
  UI_PART_PEAK,
  UI_PART_FADER,
  UI_PART_LEVEL,
  UI_PART_PAN,
  UI_PART_MUTE,
  UI_PART_SOLO,
  UI_PART_DELAY,
  UI_PART_MONITOR,
  UI_PART_SEND,
  UI_PART_SCROLL,
  UI_PART_EMPTY, ///< "Nobody else is here yet"
  UI_PART_POPOVER,
  UI_PART_LINK,
  UI_PART_COPY,
  UI_PART_STATUS_BAR,
  UI_PART_STATUS,
  UI_PART_FACTS,
  UI_PART_COUNT
} UiPart;

typedef enum UiRole {
  UI_ROLE_NONE, ///< Only drawn: not spoken, not reachable
  UI_ROLE_GROUP,
  UI_ROLE_TEXT,
  UI_ROLE_BUTTON,
  UI_ROLE_SWITCH,
  UI_ROLE_CHOICE,
  UI_ROLE_SLIDER,
  UI_ROLE_METER
} UiRole;

/// How a part is drawn where the layouts differ.
typedef enum UiForm { UI_FORM_WIDE, UI_FORM_MEDIUM, UI_FORM_NARROW } UiForm;

typedef struct UiWidget {
  UiPart   part;
  UiRole   role;
  UiForm   form;
  unsigned person; ///< Index in the model
  UiBox    box;    ///< Where it is drawn
  UiBox    hit;    ///< Where the pointer finds it; empty: nowhere
  UiBox    clip;   ///< The list it scrolls in; empty: none
  bool     focusable;

  char name[UI_NAME_SIZE];
  char value[UI_VALUE_SIZE];

  // What is drawn
  char      label[UI_LABEL_SIZE]; ///< The first line, or the only one
  char      note[UI_VALUE_SIZE];  ///< The second
  char      figure[UI_LABEL_SIZE];
  char      action[UI_LABEL_SIZE];
  unsigned  hue;
  JamHealth health;
  bool      on, lit, marked, dim, compact, thin;
  int       amount[3]; ///< Pixels: RMS, peak, hold; or a slider's position
  int       parts[3];  ///< Milliseconds of the delay bar

  // What the user's hand does
  bool hover, focus, pressed;
} UiWidget;

typedef struct UiTree {
  unsigned count;
  UiWidget widgets[UI_MAX_WIDGETS];
} UiTree;

#if defined(__GNUC__)
#  define UI_FORMAT __attribute__((format(printf, 3, 4)))
#else
#  define UI_FORMAT
#endif

/// Like snprintf, but what does not fit is cut between characters.
void ui_say(char* out, size_t capacity, const char* format, ...) UI_FORMAT;

/// Returns whether a point lies in a box.
bool ui_box_has(UiBox box, int x, int y);

/// Returns what two boxes share; w and h are 0 if nothing.
UiBox ui_box_common(UiBox a, UiBox b);

/// Returns whether a box has no area.
bool ui_box_empty(UiBox box);

/// Returns a box grown by `by` on every side.
UiBox ui_box_grown(UiBox box, int by);

/// Appends a zeroed widget. When the tree is full the last one is overwritten,
/// so that the result is never null.
UiWidget*
ui_tree_add(UiTree* tree, UiPart part, UiRole role, unsigned person, UiBox box);

/// Returns the widget of a part and person, or null.
const UiWidget* ui_tree_find(const UiTree* tree, UiPart part, unsigned person);

/// Returns the topmost widget under a point, or null.
const UiWidget* ui_tree_at(const UiTree* tree, int x, int y);

/// Writes one line per spoken widget: "name, role, value". Returns the length
/// without terminator, like snprintf.
size_t ui_tree_describe(const UiTree* tree, char* out, size_t capacity);

#endif // JAM_UI_WIDGET_H
