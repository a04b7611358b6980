// SPDX-License-Identifier: MIT
// A user made of events: presses keys and buttons of a screen and looks at what
// comes of it. One screen per program.

#ifndef JAM_UI_HAND_H
#define JAM_UI_HAND_H

#include "scene.h"
#include "screen.h"

extern UiScreen hand_screen;
extern JamView  hand_view; ///< What the next frame shows

/// Starts afresh with a scene at 1280 x 720.
void hand_show(Scene scene);

/// Shows the next frame, 10 ms later.
void hand_frame(void);

/// Presses a key.
void hand_key(int which);

/// Presses a key with others held.
void hand_key_with(int which, bool shift, bool ctrl);

/// Moves, presses or releases the mouse.
void hand_mouse(UiEventKind kind, int x, int y, int clicks);

/// Clicks into the middle of a widget.
void hand_click(UiPart part, unsigned person, bool alt);

/// Returns a widget that must be there.
const UiWidget* hand_find(UiPart part, unsigned person);

/// Asserts what the next command is.
void hand_expect(JamCommandKind kind, unsigned user, double value, bool flag);

/// Asserts that there is no further command.
void hand_expect_nothing(void);

/// Asserts where the keyboard is.
void hand_expect_focus(UiPart part, unsigned person);

#endif // JAM_UI_HAND_H
