// SPDX-License-Identifier: MIT
// What the plug-in is: parameters and ports.

#include "shim.h"

static const char* const modes[] = {"Tight", "Normal", "Safe"};

const JamShimParamInfo shim_params[JAM_SHIM_PARAM_COUNT] = {
  [JAM_SHIM_INPUT_GAIN]  = {"input_gain",
                            "Input gain",
                            "dB",
                            JAM_SHIM_CONTINUOUS,
                            -60.0F,
                            12.0F,
                            0.0F,
                            NULL},
  [JAM_SHIM_OUTPUT_GAIN] = {"output_gain",
                            "Output gain",
                            "dB",
                            JAM_SHIM_CONTINUOUS,
                            -60.0F,
                            12.0F,
                            0.0F,
                            NULL},
  [JAM_SHIM_MONITOR] =
    {"monitor", "Monitor", "", JAM_SHIM_SWITCH, 0.0F, 1.0F, 0.0F, NULL},
  [JAM_SHIM_SEND] =
    {"send", "Send", "", JAM_SHIM_SWITCH, 0.0F, 1.0F, 1.0F, NULL},
  [JAM_SHIM_MODE] =
    {"mode", "Mode", "", JAM_SHIM_CHOICE, 0.0F, 2.0F, 1.0F, modes}};

static const JamShimPortInfo ports[] = {
  {"in", "In", false, false, 1U},
  {"out", "Out", false, true, 2U},
  {"midi_in", "MIDI In", true, false, 0U},
  {"midi_out", "MIDI Out", true, true, 0U}};

const JamShimInfo shim_info = {"JAMNet",
                               JAM_SHIM_LIBRARY_VERSION,
                               JAM_SHIM_PARAM_COUNT,
                               shim_params,
                               sizeof(ports) / sizeof(ports[0]),
                               ports};
