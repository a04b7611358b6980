// SPDX-License-Identifier: MIT
// From widgets to pictures.

#ifndef JAM_UI_PAINT_H
#define JAM_UI_PAINT_H

#include "canvas.h"
#include "screen.h"

enum { UI_MAX_DAMAGE = 192 };

/// Compares two trees and writes the boxes that look different now. Returns
/// how many; one box of the whole window if little stayed.
unsigned ui_damage(const UiTree* before, const UiTree* now, UiBox* boxes);

/// Paints what lies in a box.
void ui_paint(UiCanvas* canvas, const UiTree* tree, UiBox box);

// paint_level.c: meters and sliders
void ui_paint_meter(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_scale(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_fader(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_pan(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_figure(UiCanvas* canvas, const UiWidget* widget);

// paint_person.c, paint_own.c: who they are, their link, oneself
void ui_paint_strip(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_person(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_health(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_delay(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_send(UiCanvas* canvas, const UiWidget* widget);

// paint_room.c, paint_invite.c: the bar, the status line, what stands alone
void ui_paint_bar(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_room(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_state(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_modes(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_mode(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_invite(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_banner(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_empty(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_popover(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_link(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_copy(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_scroll(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_status(UiCanvas* canvas, const UiWidget* widget);
void ui_paint_facts(UiCanvas* canvas, const UiWidget* widget);

/// Draws a switch or button with its label.
void ui_paint_switch(UiCanvas* canvas, const UiWidget* widget);

/// Draws the plate of a control for its state; returns the colour of its text.
UiColour ui_paint_plate(UiCanvas* canvas, const UiWidget* widget);

/// Draws the focus ring around a rectangle.
void ui_paint_focus(UiCanvas* canvas, UiRect rect, double radius);

/// Returns text of a token's size and weight; set the rest with care.
UiText ui_style(const UiWidget* widget, UiType type, UiColour colour);

/// Returns the size at which words fit, at most the text's own.
double ui_fitting_px(UiCanvas*     canvas,
                     const UiText* text,
                     double        room,
                     const char*   words);

/// The same for text with `room`, but never smaller than a size of text.
double ui_shrunk_px(UiCanvas*     canvas,
                    const UiText* text,
                    UiType        least,
                    const char*   words);

/// Returns the colours of a health: of its words, and of the block behind.
UiColour ui_health_ink(const UiPalette* palette, JamHealth health);
UiColour ui_health_tint(const UiPalette* palette, JamHealth health);

#endif // JAM_UI_PAINT_H
