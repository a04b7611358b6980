// SPDX-License-Identifier: MIT
// The window itself: SDL events become the screen's events, and what changed
// on the canvas is copied to the window. The canvas keeps every pixel between
// frames, so a frame only paints where a widget looks different.

#include "paint.h"
#include "sdl_window.h"

#include <SDL.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_S (1.0 / 60.0)
#define HIDDEN_FRAME_S 0.25

struct Ui {
  SDL_Window*  window;
  SDL_Surface* image; ///< The canvas, as SDL sees it
  UiCanvas*    canvas;
  float        canvas_scale;
  UiScreen     screen;
  UiTree       before; ///< What the canvas shows
  bool         repaint, expose;
  double       next_frame;
};

static double seconds(void)
{
  return (double)SDL_GetPerformanceCounter() /
         (double)SDL_GetPerformanceFrequency();
}

const char* ui_error(void)
{
  return SDL_GetError();
}

Ui* ui_new(const UiConfig* const config)
{
  Ui* const ui = (Ui*)calloc(1, sizeof(Ui));
  if (!ui) {
    SDL_SetError("Out of memory");
    return NULL;
  }
  ui_screen_init(&ui->screen, config);
  ui->window = ui_window_open(&ui->screen, config);
  if (!ui->window) {
    free(ui);
    return NULL;
  }
  ui->next_frame = seconds();
  return ui;
}

static void drop_canvas(Ui* const ui)
{
  SDL_FreeSurface(ui->image);
  ui_canvas_free(ui->canvas);
  ui->image  = NULL;
  ui->canvas = NULL;
}

void ui_free(Ui* const ui)
{
  if (ui) {
    drop_canvas(ui);
    SDL_DestroyWindow(ui->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(ui);
  }
}

// Follows the size of the window and the scale; false without memory
static bool fit_canvas(Ui* const ui, const SDL_Surface* const window)
{
  const float scale = ui->screen.scale;
  ui_screen_resize(&ui->screen,
                   (int)ceilf((float)window->w / scale),
                   (int)ceilf((float)window->h / scale));
  if (ui->image && ui->image->w == window->w && ui->image->h == window->h &&
      fabsf(scale - ui->canvas_scale) < FLT_EPSILON) {
    return true;
  }
  drop_canvas(ui);
  SDL_SetWindowMinimumSize(ui->window,
                           (int)((float)UI_WINDOW_MIN_W * scale),
                           (int)((float)UI_WINDOW_MIN_H * scale));
  ui->canvas = ui_canvas_new(window->w, window->h, scale);
  if (!ui->canvas) {
    return false;
  }
  int                  stride = 0;
  unsigned char* const pixels = ui_canvas_pixels(ui->canvas, &stride);
  ui->image                   = SDL_CreateRGBSurfaceWithFormatFrom(pixels,
                                                 window->w,
                                                 window->h,
                                                 32,
                                                 stride,
                                                 SDL_PIXELFORMAT_ARGB8888);
  ui->canvas_scale            = scale;
  ui->repaint                 = true;
  ui_canvas_use(ui->canvas, ui_palette(ui->screen.theme));
  return ui->image &&
         SDL_SetSurfaceBlendMode(ui->image, SDL_BLENDMODE_NONE) == 0;
}

static int key_of(const SDL_Keysym key)
{
  static const struct {
    SDL_Keycode sdl;
    int         key;
  } keys[] = {{SDLK_TAB, UI_KEY_TAB},
              {SDLK_RETURN, UI_KEY_ENTER},
              {SDLK_KP_ENTER, UI_KEY_ENTER},
              {SDLK_ESCAPE, UI_KEY_ESCAPE},
              {SDLK_UP, UI_KEY_UP},
              {SDLK_DOWN, UI_KEY_DOWN},
              {SDLK_LEFT, UI_KEY_LEFT},
              {SDLK_RIGHT, UI_KEY_RIGHT},
              {SDLK_PAGEUP, UI_KEY_PAGE_UP},
              {SDLK_PAGEDOWN, UI_KEY_PAGE_DOWN},
              {SDLK_HOME, UI_KEY_HOME},
              {SDLK_END, UI_KEY_END},
              {SDLK_KP_PLUS, '+'},
              {SDLK_KP_MINUS, '-'}};

  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); ++i) {
    if (keys[i].sdl == key.sym) {
      return keys[i].key;
    }
  }
  // The row of digits, also where they need Shift
  if (key.scancode >= SDL_SCANCODE_1 && key.scancode <= SDL_SCANCODE_0 &&
      (key.sym < 'a' || key.sym > 'z')) {
    return '0' + ((int)key.scancode - (int)SDL_SCANCODE_1 + 1) % 10;
  }
  return (key.sym > 0 && key.sym < UI_KEY_TAB) ? (int)key.sym : 0;
}

// From the window's points to pixels at scale 1
static int scaled(const Ui* const ui, const int at)
{
  int points = 0;
  SDL_GetWindowSize(ui->window, &points, NULL);
  const int   pixels = ui->image ? ui->image->w : points;
  const float ratio  = (points > 0) ? (float)pixels / (float)points : 1.0F;
  return (int)floorf((float)at * ratio / ui->screen.scale);
}

static void send(Ui* const ui, UiEvent event)
{
  const SDL_Keymod mods = SDL_GetModState();
  event.shift           = (mods & KMOD_SHIFT) != 0;
  event.ctrl            = (mods & (KMOD_CTRL | KMOD_GUI)) != 0;
  event.alt             = (mods & KMOD_ALT) != 0;
  ui_screen_event(&ui->screen, &event);
}

static void take_button(Ui* const ui, const SDL_MouseButtonEvent* const button)
{
  if (button->button == SDL_BUTTON_LEFT) {
    const bool down = button->state == SDL_PRESSED;
    SDL_CaptureMouse(down ? SDL_TRUE : SDL_FALSE);
    send(ui,
         (UiEvent){.kind   = down ? UI_EVENT_PRESS : UI_EVENT_RELEASE,
                   .x      = scaled(ui, button->x),
                   .y      = scaled(ui, button->y),
                   .clicks = button->clicks});
  }
}

static void take_window(Ui* const ui, const SDL_WindowEvent* const window)
{
  if (window->event == SDL_WINDOWEVENT_FOCUS_LOST ||
      window->event == SDL_WINDOWEVENT_LEAVE) {
    // A drag goes on outside the window; a lost focus ends everything
    if (window->event == SDL_WINDOWEVENT_FOCUS_LOST ||
        !ui->screen.pressed.set) {
      send(ui,
           (UiEvent){.kind = (window->event == SDL_WINDOWEVENT_LEAVE)
                               ? UI_EVENT_LEAVE
                               : UI_EVENT_BLUR});
    }
  } else if (window->event == SDL_WINDOWEVENT_EXPOSED) {
    ui->expose = true;
  }
}

static void take_event(Ui* const ui, const SDL_Event* const event)
{
  switch (event->type) {
  case SDL_QUIT:
    ui->screen.wants_quit = true;
    break;
  case SDL_WINDOWEVENT:
    take_window(ui, &event->window);
    break;
  case SDL_MOUSEMOTION:
    send(ui,
         (UiEvent){.kind = UI_EVENT_MOVE,
                   .x    = scaled(ui, event->motion.x),
                   .y    = scaled(ui, event->motion.y)});
    break;
  case SDL_MOUSEBUTTONDOWN:
  case SDL_MOUSEBUTTONUP:
    take_button(ui, &event->button);
    break;
  case SDL_MOUSEWHEEL:
    send(ui,
         (UiEvent){.kind    = UI_EVENT_WHEEL,
                   .wheel_x = event->wheel.preciseX,
                   .wheel_y = event->wheel.preciseY});
    break;
  case SDL_KEYDOWN:
  case SDL_KEYUP:
    send(ui,
         (UiEvent){.kind   = (event->type == SDL_KEYDOWN) ? UI_EVENT_KEY_DOWN
                                                          : UI_EVENT_KEY_UP,
                   .key    = key_of(event->key.keysym),
                   .repeat = event->key.repeat != 0});
    break;
  default:
    break;
  }
}

static bool is_hidden(const Ui* const ui)
{
  return (SDL_GetWindowFlags(ui->window) &
          (SDL_WINDOW_HIDDEN | SDL_WINDOW_MINIMIZED)) != 0;
}

// Input is handled as it comes, so that only the picture waits for the frame
static void wait_for_frame(Ui* const ui)
{
  SDL_Event event;
  for (;;) {
    const double left = ui->next_frame - seconds();
    const int    ms   = (left > 0.0) ? (int)ceil(left * 1000.0) : 0;
    if (SDL_WaitEventTimeout(&event, ms) == 0) {
      break;
    }
    take_event(ui, &event);
    if (seconds() >= ui->next_frame) {
      while (SDL_PollEvent(&event) != 0) {
        take_event(ui, &event);
      }
      break;
    }
  }
  const double now    = seconds();
  const double period = is_hidden(ui) ? HIDDEN_FRAME_S : FRAME_S;
  ui->next_frame += period;
  if (ui->next_frame < now) {
    ui->next_frame = now + period;
  }
}

static SDL_Rect device_rect(const Ui* const ui, const UiBox box)
{
  const float    s      = ui->screen.scale;
  const int      x      = (int)floorf((float)box.x * s);
  const int      y      = (int)floorf((float)box.y * s);
  const int      right  = (int)ceilf((float)(box.x + box.w) * s);
  const int      bottom = (int)ceilf((float)(box.y + box.h) * s);
  const SDL_Rect whole  = {0, 0, ui->image->w, ui->image->h};
  const SDL_Rect rect   = {x, y, right - x, bottom - y};
  SDL_Rect       seen   = {0, 0, 0, 0};
  SDL_IntersectRect(&rect, &whole, &seen);
  return seen;
}

static void present(Ui* const ui, SDL_Surface* const window)
{
  UiBox    boxes[UI_MAX_DAMAGE];
  SDL_Rect rects[UI_MAX_DAMAGE];
  unsigned count = ui_damage(&ui->before, &ui->screen.tree, boxes);
  if (ui->repaint) {
    count    = 1;
    boxes[0] = ui->screen.tree.widgets[0].box;
  }
  for (unsigned i = 0; i < count; ++i) {
    ui_paint(ui->canvas, &ui->screen.tree, boxes[i]);
  }
  ui_canvas_flush(ui->canvas);
  if (ui->expose || ui->repaint) {
    count    = 1;
    boxes[0] = ui->screen.tree.widgets[0].box;
  }
  for (unsigned i = 0; i < count; ++i) {
    rects[i] = device_rect(ui, boxes[i]);
    SDL_BlitSurface(ui->image, &rects[i], window, &rects[i]);
  }
  if (count > 0) {
    SDL_UpdateWindowSurfaceRects(ui->window, rects, (int)count);
  }
  ui->before  = ui->screen.tree;
  ui->repaint = false;
  ui->expose  = false;
}

bool ui_frame(Ui* const ui, const JamView* const view)
{
  wait_for_frame(ui);
  SDL_Surface* const window = SDL_GetWindowSurface(ui->window);
  if (!window || !fit_canvas(ui, window)) {
    return !ui->screen.wants_quit;
  }
  ui_screen_frame(&ui->screen, view, seconds());
  present(ui, window);
  if (ui->screen.wants_copy) {
    ui->screen.wants_copy = false;
    SDL_SetClipboardText(ui->screen.link);
  }
  return !ui->screen.wants_quit;
}

bool ui_take_command(Ui* const ui, JamCommand* const out)
{
  return ui_model_take(&ui->screen.model, out);
}

bool ui_screenshot(const Ui* const ui, const char* const path)
{
  return ui->canvas && ui_canvas_write_png(ui->canvas, path);
}

size_t ui_describe(const Ui* const ui, char* const out, const size_t capacity)
{
  return ui_tree_describe(&ui->screen.tree, out, capacity);
}
