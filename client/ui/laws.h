// SPDX-License-Identifier: MIT
// How levels, gains and pans become positions, and numbers become text. Pure.

#ifndef JAM_UI_LAWS_H
#define JAM_UI_LAWS_H

#include <stdbool.h>
#include <stddef.h>

/// Returns decibels of a linear level; -INFINITY for zero, less, or not a
/// number.
float ui_db(float linear);

/// Returns where a level stands on a meter, 0 (floor) to 1 (0 dBFS).
float ui_meter_position(float db);

/// Returns where a gain stands on a fader, 0 (silence) to 1 (+6 dB).
float ui_fader_position(float gain);

/// Returns the gain at a fader position; silence at its bottom.
float ui_fader_gain(float position);

/// Returns `gain` moved by some decibels, at most to +6 dB. Silence is left
/// upwards at, and entered downwards below, the floor of the meters.
float ui_gain_step(float gain, float step_db);

/// Moves a pan (-1 .. 1) by `step` of its 50 marks a side.
float ui_pan_step(float pan, float step);

/// Writes "-2.0", "+3.5", "0.0" or "-inf", with a true minus sign, and " dB"
/// after it if `unit`.
void ui_db_text(char* out, size_t capacity, float db, bool unit);

/// Writes "minus 2.0 decibels", "0.0 decibels" or "silent".
void ui_db_words(char* out, size_t capacity, float db);

/// Writes "L 20", "C" or "R 25".
void ui_pan_text(char* out, size_t capacity, float pan);

/// Writes "left 20", "centre" or "right 25".
void ui_pan_words(char* out, size_t capacity, float pan);

/// Copies UTF-8 of a stranger: what is not valid UTF-8 becomes '?', control
/// and direction-changing characters become spaces. Always terminates.
void ui_clean_text(char* out, size_t capacity, const char* text, size_t size);

#endif // JAM_UI_LAWS_H
