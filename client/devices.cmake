# SPDX-License-Identifier: MIT
#
# The device layer of the client: sources and what they need. Sets
#   JAM_CLIENT_DEVICE_SOURCES      absolute paths
#   JAM_CLIENT_DEVICE_LIBRARIES    for target_link_libraries
#   JAM_CLIENT_DEVICE_DEFINITIONS  for target_compile_definitions
# Whoever uses it also links jam_api and jam_base, and includes client/.

set(JAM_CLIENT_DEVICE_SOURCES
  audio.c audio_helper.c audio_quiet.c audio_rt.c audio_portaudio.c
  audio_virtual.c audio_clip.c audio_recorder.c audio_recorder_rt.c
  midi_rtmidi.c midi_out.c midi_rt.c midi_map.c midi_map_rt.c
  midi_recorder.c midi_recorder_rt.c)

jam_need(portaudio portaudio-2.0 portaudio19-dev)
jam_need(rtmidi rtmidi librtmidi-dev)
jam_need(sndfile sndfile libsndfile1-dev)
set(JAM_CLIENT_DEVICE_LIBRARIES
  PkgConfig::jam_portaudio PkgConfig::jam_rtmidi PkgConfig::jam_sndfile
  PkgConfig::jam_samplerate m pthread)
set(JAM_CLIENT_DEVICE_DEFINITIONS JAM_HAVE_PORTAUDIO)

# With JACK's own library a server that was restarted is found again
pkg_check_modules(jam_jack QUIET IMPORTED_TARGET GLOBAL jack)
if(TARGET PkgConfig::jam_jack)
  list(APPEND JAM_CLIENT_DEVICE_SOURCES audio_jack.c)
  list(APPEND JAM_CLIENT_DEVICE_LIBRARIES PkgConfig::jam_jack)
  list(APPEND JAM_CLIENT_DEVICE_DEFINITIONS JAM_HAVE_JACK)
endif()

list(TRANSFORM JAM_CLIENT_DEVICE_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
