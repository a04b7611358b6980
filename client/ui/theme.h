// SPDX-License-Identifier: MIT
// The look as data: colours, type and sizes. Everything here is also written
// down in assets/theme.json, and a test compares the two. Sizes are pixels at
// scale 1.

#ifndef JAM_UI_THEME_H
#define JAM_UI_THEME_H

#include "ui.h"

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t UiColour; ///< 0xRRGGBBAA

enum { UI_HUES = 8, UI_SPLITS = 4 };

/// The colours of one theme; people get `identity`, states get ok/warn/bad.
typedef struct UiPalette {
  UiColour bg, bar, surface;
  UiColour control, control_hover, control_pressed;
  UiColour well, line, edge;
  UiColour text, text2, text3, text_disabled, fill_dim;
  UiColour primary, primary_hover, primary_pressed, on_primary;
  UiColour focus;
  UiColour ok, ok_fill, ok_fill_low, on_ok, ok_tint;
  UiColour warn, warn_fill, on_warn, warn_tint;
  UiColour bad, bad_fill, on_bad, bad_tint, bad_edge;
  UiColour rec;
  UiColour cap_top, cap_bottom, cap_line;
  UiColour meter_warn, meter_clip, meter_muted, tick, shade;
  UiColour split[UI_SPLITS];
  UiColour identity[UI_HUES]; ///< sky orchid aqua rose sand indigo clay steel
  UiColour on_identity;
  bool     outlined; ///< Panels and controls need a border to be told apart
} UiPalette;

/// Returns the colours of a theme.
const UiPalette* ui_palette(UiTheme theme);

/// The ten sizes of text.
typedef enum UiType {
  UI_TYPE_FIGURE,
  UI_TYPE_SEND,
  UI_TYPE_STAGE,
  UI_TYPE_TITLE,
  UI_TYPE_NAME,
  UI_TYPE_LEAD,
  UI_TYPE_BODY,
  UI_TYPE_TEXT,
  UI_TYPE_SMALL,
  UI_TYPE_TICK,
  UI_TYPE_COUNT
} UiType;

typedef struct UiFont {
  const char* token; ///< Its name in assets/theme.json
  int         px;
  int         narrow_px; ///< In a narrow window
  int         weight;
  int         line;
} UiFont;

/// Returns the font of a size of text.
const UiFont* ui_font(UiType type);

#define UI_FONT_FAMILY "Inter, DejaVu Sans, sans-serif"
#define UI_FONT_FEATURES "tnum=1, cv05=1"

// Window and panels
enum {
  UI_GRID            = 4,
  UI_MARGIN          = 16,
  UI_PAD             = 16,
  UI_GAP             = 12,
  UI_WIDE_FROM       = 960,
  UI_MEDIUM_FROM     = 600,
  UI_WINDOW_W        = 1280,
  UI_WINDOW_H        = 720,
  UI_WINDOW_MIN_W    = 360,
  UI_WINDOW_MIN_H    = 480,
  UI_ROOM_BAR_H      = 72,
  UI_ROOM_BAR_NARROW = 116,
  UI_STATUS_H        = 36,
  UI_BANNER_H        = 44,
  UI_BANNER_STEP     = 52, ///< What a banner takes from the meters
  UI_OWN_W           = 300,
  UI_OWN_W_MEDIUM    = 240,
  UI_STRIP_W_MIN     = 168,
  UI_STRIP_W_MAX     = 240,
  UI_STRIP_W_MIN_MED = 132,
  UI_STRIP_W_MAX_MED = 168,
  UI_OWN_CARD_H      = 142,
  UI_ROW_H           = 112,
  UI_ROW_GAP         = 8,
  UI_THIN            = 180 ///< A block this narrow has one thing a line
};

// Controls
enum {
  UI_CONTROL_H        = 44,
  UI_CONTROL_H_BAR    = 48,
  UI_HIT_MIN          = 44,
  UI_SEND_H           = 80,
  UI_AVATAR           = 48,
  UI_AVATAR_NARROW    = 36,
  UI_ICON             = 22,
  UI_HEALTH_GLYPH     = 14,
  UI_HEALTH_H         = 52,
  UI_HEALTH_H_BAD     = 74,
  UI_METER_W          = 32,
  UI_METER_W_MIN      = 16,
  UI_METER_H_NARROW   = 10,
  UI_METER_H_MIN      = 96,
  UI_CLIP_LAMP_H      = 8,
  UI_HOLD_LINE        = 3,
  UI_TRACK_W          = 6,
  UI_CAP_W            = 56,
  UI_CAP_H            = 30,
  UI_CAP_NARROW       = 26,
  UI_PAN_TRACK_H      = 4,
  UI_PAN_KNOB         = 18,
  UI_RADIUS_METER     = 4,
  UI_RADIUS_TRACK     = 3,
  UI_RADIUS_CAP       = 7,
  UI_RADIUS_CONTROL   = 10,
  UI_RADIUS_PANEL     = 14,
  UI_STROKE_FOCUS     = 2,
  UI_STROKE_FOCUS_GAP = 2,
  UI_STROKE_MUTED     = 3,
  UI_STROKE_ICON      = 2
};

#define UI_STROKE_EDGE 1.5

// Heights within a strip: from its top (T) or its bottom (B)
enum {
  UI_T_AVATAR_CENTRE = 40,
  UI_T_NAME          = 38,
  UI_T_INSTRUMENT    = 58,
  UI_T_HEALTH        = 76,
  UI_T_CLIP_LAMP     = 160,
  UI_T_METER         = 174,
  UI_B_METER         = 140,
  UI_B_FIGURES       = 114,
  UI_B_PAN           = 85,
  UI_B_BUTTONS       = 60,
  UI_B_SEND          = 96
};

// Laws of meters, faders and the delay figure
#define UI_METER_FLOOR_DB (-60.0F)
#define UI_METER_WARN_DB (-6.0F)
#define UI_METER_RELEASE_DB_S 20.0F
#define UI_METER_HOLD_S 1.5
#define UI_METER_HOLD_FALL_DB_S 12.0F
#define UI_METER_RMS_S 0.3F
#define UI_CLIP_LAMP_S 4.0
#define UI_SILENCE_DB (-54.0F)
#define UI_MIDI_LAMP_S 0.12
#define UI_FIGURE_S 0.25
#define UI_DELAY_FIGURE_S 0.5
#define UI_FADER_BOTTOM_P 0.02F
#define UI_FADER_MAX_DB 6.0F
#define UI_FADER_STEP_DB 1.0F
#define UI_FADER_FINE_DB 0.1F
#define UI_FADER_PAGE_DB 6.0F
#define UI_DETENT_PX 3
#define UI_DELAY_OK_MS 25
#define UI_DELAY_WARN_MS 40
#define UI_WORSE_AFTER_S 0.5
#define UI_BETTER_AFTER_S 3.0
#define UI_NOTE_S 6.0

#endif // JAM_UI_THEME_H
