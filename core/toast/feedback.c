// SPDX-License-Identifier: MIT
// Reports of the path, both sides.

#include "toast/feedback.h"

#include "toast/toast_wire.h"

#include <base/time.h>

#include <math.h>

#define RISING_US 2000 // Above the least ever
#define FLOOR_SPAN (5 * JAM_SECOND)
#define UNIT (10 * JAM_US) // Of jitter and depth

void toast_feedback_arrival(ToastFeedback* const feedback,
                            const uint32_t       difference,
                            const int64_t        delay_us)
{
  if (!feedback->heard || delay_us < feedback->delay_us) {
    feedback->heard    = true;
    feedback->delay_us = delay_us;
    feedback->least    = difference;
  }
}

void toast_feedback_set_playout(ToastFeedback* const feedback,
                                const double         late,
                                const JamTime        depth)
{
  const JamTime units = depth / UNIT;
  feedback->late =
    (uint8_t)(late > 0.0 ? (late < 1.0 ? ceil(late * 255.0) : 255.0) : 0.0);
  feedback->depth = (uint16_t)(units <= 0           ? 0
                               : units < UINT16_MAX ? units
                                                    : UINT16_MAX);
}

bool toast_feedback_rising(const ToastFeedback* const feedback)
{
  return feedback->heard && feedback->delay_us > RISING_US;
}

size_t toast_feedback_write(ToastFeedback* const     feedback,
                            const ToastPath* const   path,
                            const ToastWindow* const window,
                            uint8_t* const           out)
{
  const JamTime jitter = toast_path_jitter(path) / UNIT;
  out[0]               = TOAST_WIRE_FRAME_FEEDBACK;
  toast_put32(out + TOAST_WIRE_FEEDBACK_LARGEST, window->expected - 1U);
  toast_put64(out + TOAST_WIRE_FEEDBACK_BITMAP, toast_window_bitmap(window));
  toast_put32(out + TOAST_WIRE_FEEDBACK_BYTES, path->bytes);
  toast_put32(out + TOAST_WIRE_FEEDBACK_MISSING,
              window->expected - path->received);
  toast_put32(out + TOAST_WIRE_FEEDBACK_LEAST, feedback->least);
  toast_put16(out + TOAST_WIRE_FEEDBACK_JITTER,
              (uint16_t)(jitter < UINT16_MAX ? jitter : UINT16_MAX));
  out[TOAST_WIRE_FEEDBACK_LATE] = feedback->late;
  toast_put16(out + TOAST_WIRE_FEEDBACK_DEPTH, feedback->depth);
  feedback->heard = false; // What was least is told again until news comes
  return TOAST_WIRE_FEEDBACK_SIZE;
}

// How far a difference lies above one told before, both clocks' rates allowed
static JamTime above(const ToastFloor* const floor,
                     const JamTime           now,
                     const double            skew,
                     const uint32_t          least)
{
  const int32_t moved = (int32_t)(least - floor->least);
  return moved * JAM_US - (JamTime)(skew * (double)(now - floor->at));
}

static JamTime rise_of(ToastFeedback* const feedback,
                       const JamTime        now,
                       const double         skew,
                       const uint32_t       least)
{
  ToastFloor* const floors = feedback->floors;
  const ToastFloor  news   = {true, least, now};
  JamTime           rise   = 0;
  if (now - feedback->floor_since >= FLOOR_SPAN) {
    feedback->floor_since = now;
    floors[1]             = floors[0];
    floors[0].known       = false;
  }
  for (unsigned i = 0U; i < 2U; ++i) {
    if (!floors[i].known || above(&floors[i], now, skew, least) < 0) {
      floors[i] = news;
    }
    const JamTime over = above(&floors[i], now, skew, least);
    rise               = over > rise ? over : rise;
  }
  return rise;
}

void toast_feedback_take(ToastFeedback* const feedback,
                         const JamTime        now,
                         const double         skew,
                         const uint8_t* const frame)
{
  ToastReport* const report = &feedback->report;
  const uint32_t     number = toast_get32(frame + TOAST_WIRE_FEEDBACK_LARGEST);
  if (report->count > 0U && number < report->number) {
    return; // Overtaken on the way
  }
  report->count += 1U + (report->count == UINT32_MAX);
  report->at      = now;
  report->number  = number;
  report->bitmap  = toast_get64(frame + TOAST_WIRE_FEEDBACK_BITMAP);
  report->bytes   = toast_get32(frame + TOAST_WIRE_FEEDBACK_BYTES);
  report->missing = toast_get32(frame + TOAST_WIRE_FEEDBACK_MISSING);
  report->rise    = rise_of(feedback,
                         now,
                         skew,
                         toast_get32(frame + TOAST_WIRE_FEEDBACK_LEAST));
  report->jitter  = toast_get16(frame + TOAST_WIRE_FEEDBACK_JITTER) * UNIT;
  report->late    = frame[TOAST_WIRE_FEEDBACK_LATE] / 255.0;
  report->depth   = toast_get16(frame + TOAST_WIRE_FEEDBACK_DEPTH) * UNIT;
}
