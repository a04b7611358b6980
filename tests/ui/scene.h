// SPDX-License-Identifier: MIT
// Made-up jams for looking at and testing the window.

#ifndef JAM_UI_SCENE_H
#define JAM_UI_SCENE_H

#include <jamnet/jamnet.h>

typedef enum Scene {
  SCENE_GOOD,    ///< Five players, one with a jittery link
  SCENE_TROUBLE, ///< Reconnecting, own send muted, one very bad link
  SCENE_ALONE,   ///< Nobody else yet
  SCENE_CROWD,   ///< As many as a room holds, with awkward names
  SCENE_COUNT
} Scene;

#define SCENE_LINK                                                             \
  "jamnet://203.0.113.7:4460/#Qm9sZEtleUZvclRoZU5vZGVPZlRoaXNSb29t."           \
  "U2VjcmV0T2ZUaGlzUm9vbUZvckZpdmU"

/// Returns the name of a scene, as ui_shot takes it.
const char* scene_name(Scene scene);

/// Fills a view with a scene.
void scene_fill(JamView* view, Scene scene);

#endif // JAM_UI_SCENE_H
