// SPDX-License-Identifier: MIT
// What the user asked for: defaults, then the configuration file, then the
// command line.

#ifndef JAM_CLIENT_OPTIONS_H
#define JAM_CLIENT_OPTIONS_H

#include <jamnet/jamnet.h>

#include <stdbool.h>

#define OPTION_PATH_SIZE 512U

typedef enum ClientAction {
  CLIENT_RUN,
  CLIENT_LIST_DEVICES,
  CLIENT_HELP,
  CLIENT_VERSION
} ClientAction;

typedef struct ClientOptions {
  ClientAction action;
  bool         headless;
  bool         save; ///< Keep these settings in the configuration file
  bool         no_midi;
  bool         loop;
  double       seconds; ///< 0: until told to stop
  uint32_t     rate_hz; ///< 0: the device's own
  uint16_t     packet_frames;
  unsigned     bits;
  JamMode      mode;
  bool         click;    ///< Hear the beats of the transport
  double       tempo;    ///< Set for everybody and started on joining; 0: not
  int          align;    ///< A JamAlign set for everybody on joining; -1: not
  unsigned     channels; ///< Of output
  int          scale_percent; ///< Of the window; 0: from the display
  char         name[JAM_NAME_SIZE];
  char         link[JAM_LINK_SIZE]; ///< Empty: host a jam here
  char         audio[32];           ///< Back end
  char         api[32];             ///< Of PortAudio; empty: the best
  char         input[96], output[96];
  char         midi_in[96], midi_out[96];
  char         midi_in_map[96], midi_out_map[96]; ///< See midi_map.h
  char         theme[16];
  char         file_in[OPTION_PATH_SIZE]; ///< Plays instead of a microphone
  char         file_out[OPTION_PATH_SIZE];
  char         midi_record[OPTION_PATH_SIZE]; ///< Folder
  char         report[OPTION_PATH_SIZE];      ///< JSON of what was heard
  char         listen[160];                   ///< When hosting
  char         public_address[256];
  char         key_file[OPTION_PATH_SIZE];
  char         key_log[OPTION_PATH_SIZE]; ///< Never saved
} ClientOptions;

/// Sets defaults, reads the configuration file, then the command line. False
/// after one sentence on standard error.
bool client_options_read(int argc, char** argv, ClientOptions* out);

/// Prints what the options are.
void client_options_help(void);

/// Reads the configuration file if there is one (config.c).
bool client_config_load(ClientOptions* options);

/// Writes it, making its folder (config.c). False after one sentence.
bool client_config_save(const ClientOptions* options);

/// Copies text into a fixed field; false if it does not fit.
bool client_copy(char* out, size_t capacity, const char* text);

#endif // JAM_CLIENT_OPTIONS_H
