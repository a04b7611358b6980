// SPDX-License-Identifier: MIT
// The shared transport of a room: where the music is, on which clock, and how
// fast it goes. Reached through synchub.h.
//
// Whoever changed it last is its writer, a node, and all its times are on that
// node's clock. A ruler says where the writer's clock stands on the reader's.
// Plain data and arithmetic: any thread, nothing allocates.

#ifndef JAM_SYNCHUB_TRANSPORT_H
#define JAM_SYNCHUB_TRANSPORT_H

#include <jamnet/types.h>

#include <stdbool.h>

#define SYNCHUB_MAX_TEMPI 16U
#define SYNCHUB_QUARTER 960         ///< Ticks of a quarter note
#define SYNCHUB_LEAD (250 * JAM_MS) ///< Time for everybody to hear of it
#define SYNCHUB_MAX_COUNT_IN 8U     ///< Bars
#define SYNCHUB_SLOWEST_BPM 20.0    ///< Quarters per minute
#define SYNCHUB_FASTEST_BPM 400.0
#define SYNCHUB_MAX_BEATS 32U ///< In a bar

/// What listeners make of the different delays of the players.
typedef enum SynchubAlign {
  SYNCHUB_ALIGN_LEAST,  ///< Everybody as early as can be
  SYNCHUB_ALIGN_COMMON, ///< All as late as the latest: the band is tight
  SYNCHUB_ALIGN_BAR     ///< All exactly a bar late, or as many as are needed
} SynchubAlign;

/// From a tick on, the tempo and metre until the next such point.
typedef struct SynchubTempo {
  int64_t  tick;
  int64_t  quarter_ns; ///< Length of a quarter note
  uint8_t  beats;      ///< In a bar
  uint8_t  unit;       ///< A beat is 1/unit of a whole note: 1, 2, 4, 8 or 16
  uint8_t  beat;       ///< Which of its bar the point is, from 0
  uint32_t bar;        ///< Which bar that is, from 0
} SynchubTempo;

/// The writer's clock showed `writer` when the reader's showed `own`.
typedef struct SynchubRuler {
  JamTime writer;
  JamTime own;
  double  skew; ///< The writer's rate minus the reader's, as a fraction
} SynchubRuler;

typedef struct SynchubTransport {
  uint64_t     stamp; ///< Logical time of the change; 0: there is none yet
  uint16_t     node;  ///< Id of its writer, which decides between equal stamps
  SynchubAlign align;
  bool         rolling;
  uint8_t      count_in; ///< Bars counted before `tick`
  int64_t      tick;     ///< Position ...
  JamTime      time;     ///< ... at this time of the writer's clock
  unsigned     count;    ///< Of points, at least one
  SynchubTempo tempi[SYNCHUB_MAX_TEMPI]; ///< By tick; the first also before it
  SynchubRuler ruler;
} SynchubTransport;

typedef struct SynchubBeat {
  int64_t tick;
  int64_t bar;  ///< From 0; negative while counting in
  uint8_t beat; ///< Of the bar, from 0
} SynchubBeat;

/// Starts a transport: stopped at the beginning, 120 quarters a minute, 4/4.
void synchub_transport_init(SynchubTransport* transport);

/// Returns whether `a` is a later change than `b`.
bool synchub_transport_is_later(const SynchubTransport* a,
                                const SynchubTransport* b);

/// Returns the writer's time at the reader's time `own`.
JamTime synchub_ruler_writer(const SynchubRuler* ruler, JamTime own) JAM_RT;

/// Returns how long after `transport->time` a tick passes, in ns; negative
/// before it. Only meaningful for the way it rolls.
double synchub_transport_ns(const SynchubTransport* transport, double tick)
  JAM_RT;

/// Returns the tick that passes `ns` after `transport->time`, were it rolling.
double synchub_transport_tick(const SynchubTransport* transport, double ns)
  JAM_RT;

/// Finds the first beat at or after a tick.
void synchub_transport_beat(const SynchubTransport* transport,
                            double                  tick,
                            SynchubBeat*            out) JAM_RT;

/// Returns the first tick at which a beat is heard: count-in included.
int64_t synchub_transport_first(const SynchubTransport* transport) JAM_RT;

/// Returns where the music is at the reader's time `own`, in ticks.
double synchub_transport_now(const SynchubTransport* transport, JamTime own);

// Changes. Each puts the transport on the reader's own clock first, so that the
// reader becomes its writer; where nothing is asked for, nothing steps.

/// Puts the transport on the own clock and does nothing else.
void synchub_transport_adopt(SynchubTransport* transport, JamTime own);

/// Sets how players are aligned.
void synchub_transport_align(SynchubTransport* transport,
                             JamTime           own,
                             SynchubAlign      align);

/// Returns the length of the bar at a time `own` of the reader, in ns of the
/// writer.
double synchub_transport_bar_ns(const SynchubTransport* transport, JamTime own);

/// Starts to roll where it stands, after `count_in` bars.
void synchub_transport_start(SynchubTransport* transport,
                             JamTime           own,
                             unsigned          count_in);

/// Stops where it is.
void synchub_transport_stop(SynchubTransport* transport, JamTime own);

/// Goes to the beginning of a bar, from 0, and on from there if it rolls.
void synchub_transport_locate(SynchubTransport* transport,
                              JamTime           own,
                              uint32_t          bar);

/// Sets the tempo from the next beat on, or where it stands if it does not
/// roll. Out of range: the end of the range.
void synchub_transport_tempo(SynchubTransport* transport,
                             JamTime           own,
                             double            quarters_per_minute);

/// Sets the metre from the next bar on, or from the bar it stands in. One that
/// cannot be is ignored.
void synchub_transport_metre(SynchubTransport* transport,
                             JamTime           own,
                             unsigned          beats,
                             unsigned          unit);

/// Returns whether all numbers are within their ranges, as messages want them.
bool synchub_transport_valid(const SynchubTransport* transport);

#endif // JAM_SYNCHUB_TRANSPORT_H
