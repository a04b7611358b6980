// SPDX-License-Identifier: MIT
// The LV2 plug-in: a thin adapter over jam_shim.h. For jam_lv2*.c only.
//
// Ports and properties here are those of jam.ttl. LV2 never calls `restore`,
// `activate` or `connect_port` during `run`; `save` it may.

#ifndef JAM_LV2_H
#define JAM_LV2_H

#include "jam_shim.h"

#include <jamnet/types.h> // JAM_RT

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/logger.h>
#include <lv2/urid/urid.h>

#define JAM_LV2_URI "urn:jamnet:jam"
#define JAM_LV2_MIDI 512U ///< Messages of one block

typedef enum JamLv2Port {
  PORT_IN,
  PORT_OUT_L,
  PORT_OUT_R,
  PORT_EVENTS_IN,
  PORT_EVENTS_OUT,
  PORT_PARAMS, ///< Of the shim, in its order
  PORT_IN_PEAK = PORT_PARAMS + JAM_SHIM_PARAM_COUNT,
  PORT_OUT_PEAK,
  PORT_PEOPLE,
  PORT_CONNECTION,
  PORT_ROUND_TRIP,
  PORT_FREE_WHEEL,
  PORT_COUNT
} JamLv2Port;

/// What a host may set by patch:Set, and is told.
typedef enum JamLv2Property {
  PROPERTY_LINK,
  PROPERTY_NAME,
  PROPERTY_BITS,
  PROPERTY_STATUS, ///< Read only: a sentence
  PROPERTY_COUNT
} JamLv2Property;

typedef struct JamLv2Urids {
  LV2_URID atom_blank, atom_object, atom_int, atom_string, atom_path, atom_urid,
    midi_event, patch_get, patch_set, patch_property, patch_value, sequence,
    properties[PROPERTY_COUNT];
} JamLv2Urids;

typedef struct JamLv2 {
  const JamShim*   shim;
  JamShimInstance* jam;
  double           rate_hz;
  JamLv2Urids      urids;
  LV2_Log_Logger   logger;
  void*            ports[PORT_COUNT];

  // Owner: audio thread; restore, when it does not run
  JamShimSettings settings;
  JamShimStatus   status;
  bool            untold[PROPERTY_COUNT]; ///< The host has to hear of it
  JamShimMidi     midi_in[JAM_LV2_MIDI];
  JamShimMidi     midi_out[JAM_LV2_MIDI];
} JamLv2;

/// LV2_Descriptor.run. Audio thread; real-time safe (jam_lv2_run_rt.c).
void jam_lv2_run(LV2_Handle instance, uint32_t frames) JAM_RT;

/// The events that go to the host, in an output port's buffer.
typedef struct JamLv2Writer {
  LV2_Atom_Sequence* sequence; ///< Null: the port is not connected
  uint32_t           room;     ///< Bytes left behind what is in it
} JamLv2Writer;

// jam_lv2_write_rt.c. Audio thread; real-time safe.

/// Begins an empty sequence in a buffer whose atom says how large it is.
void jam_lv2_write_begin(JamLv2Writer*      writer,
                         LV2_Atom_Sequence* buffer,
                         const JamLv2Urids* urids) JAM_RT;

/// Returns for how many MIDI messages there is room.
uint32_t jam_lv2_write_room(const JamLv2Writer* writer) JAM_RT;

/// Writes a MIDI message; what has no room is lost.
void jam_lv2_write_midi(JamLv2Writer*      writer,
                        const JamLv2Urids* urids,
                        const JamShimMidi* midi) JAM_RT;

/// Writes a patch:Set at frame 0. False if there is no room for it.
bool jam_lv2_write_property(JamLv2Writer*      writer,
                            const JamLv2Urids* urids,
                            JamLv2Property     property,
                            LV2_URID           type,
                            const void*        value,
                            uint32_t           size) JAM_RT;

/// LV2_Descriptor.extension_data of the state interface (jam_lv2_state.c).
extern const void* jam_lv2_state(void);

#endif // JAM_LV2_H
