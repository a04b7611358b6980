// SPDX-License-Identifier: MIT
// The list of widgets: adding, finding, speaking.

#include "widget.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ui_say(char* const       out,
            const size_t      capacity,
            const char* const format,
            ...)
{
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(out, capacity, format, arguments);
  va_end(arguments);
  if (length < 0 || capacity == 0 || (size_t)length < capacity) {
    return;
  }
  // A character of several bytes may have lost its end: find where it begins
  size_t end = capacity - 1U;
  while (end > 0 && ((unsigned char)out[end - 1U] & 0xC0U) == 0x80U) {
    --end;
  }
  if (end > 0 && ((unsigned char)out[end - 1U] & 0xC0U) == 0xC0U) {
    --end;
  } else {
    end = capacity - 1U;
  }
  out[end] = '\0';
}

bool ui_box_has(const UiBox box, const int x, const int y)
{
  return x >= box.x && y >= box.y && x < box.x + box.w && y < box.y + box.h;
}

bool ui_box_empty(const UiBox box)
{
  return box.w <= 0 || box.h <= 0;
}

UiBox ui_box_common(const UiBox a, const UiBox b)
{
  const int x      = (a.x > b.x) ? a.x : b.x;
  const int y      = (a.y > b.y) ? a.y : b.y;
  const int right  = (a.x + a.w < b.x + b.w) ? a.x + a.w : b.x + b.w;
  const int bottom = (a.y + a.h < b.y + b.h) ? a.y + a.h : b.y + b.h;
  if (right <= x || bottom <= y) {
    return (UiBox){x, y, 0, 0};
  }
  return (UiBox){x, y, right - x, bottom - y};
}

UiBox ui_box_grown(const UiBox box, const int by)
{
  return (UiBox){box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by};
}

UiWidget* ui_tree_add(UiTree* const  tree,
                      const UiPart   part,
                      const UiRole   role,
                      const unsigned person,
                      const UiBox    box)
{
  if (tree->count < UI_MAX_WIDGETS) {
    ++tree->count;
  }
  UiWidget* const widget = &tree->widgets[tree->count - 1U];
  memset(widget, 0, sizeof(*widget));
  widget->part   = part;
  widget->role   = role;
  widget->person = person;
  widget->box    = box;
  return widget;
}

const UiWidget*
ui_tree_find(const UiTree* const tree, const UiPart part, const unsigned person)
{
  for (unsigned i = 0; i < tree->count; ++i) {
    if (tree->widgets[i].part == part && tree->widgets[i].person == person) {
      return &tree->widgets[i];
    }
  }
  return NULL;
}

const UiWidget* ui_tree_at(const UiTree* const tree, const int x, const int y)
{
  for (unsigned i = tree->count; i > 0; --i) {
    const UiWidget* const widget = &tree->widgets[i - 1U];
    const bool            visible =
      ui_box_empty(widget->clip) || ui_box_has(widget->clip, x, y);
    if (visible && ui_box_has(widget->hit, x, y)) {
      return widget;
    }
  }
  return NULL;
}

size_t ui_tree_describe(const UiTree* const tree,
                        char* const         out,
                        const size_t        capacity)
{
  static const char* const roles[] =
    {"", "group", "text", "button", "switch", "choice", "slider", "meter"};

  size_t used = 0;
  if (capacity > 0) {
    out[0] = '\0';
  }
  for (unsigned i = 0; i < tree->count; ++i) {
    const UiWidget* const widget = &tree->widgets[i];
    if (widget->role == UI_ROLE_NONE) {
      continue;
    }
    const int length = snprintf((used < capacity) ? out + used : NULL,
                                (used < capacity) ? capacity - used : 0,
                                "%s%s, %s%s%s\n",
                                widget->focus ? "> " : "",
                                widget->name,
                                roles[widget->role],
                                widget->value[0] ? ", " : "",
                                widget->value);
    used += (length > 0) ? (size_t)length : 0U;
  }
  return used;
}
