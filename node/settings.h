// SPDX-License-Identifier: MIT
// What can be set: one table, read from the command line, the environment and
// a JSON file, in this order of precedence.

#ifndef JAM_NODE_SETTINGS_H
#define JAM_NODE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define SETTING_TEXT_SIZE 1024U ///< With terminator

typedef struct NodeSettings {
  char     listen[SETTING_TEXT_SIZE];
  char     http[SETTING_TEXT_SIZE];
  char     metrics[SETTING_TEXT_SIZE];
  char     key_file[SETTING_TEXT_SIZE];
  char     cluster_file[SETTING_TEXT_SIZE];
  char     cluster_secret[SETTING_TEXT_SIZE]; ///< Wipe it after use
  char     peers[SETTING_TEXT_SIZE];
  char     discover[SETTING_TEXT_SIZE];
  char     address[SETTING_TEXT_SIZE];
  char     region[SETTING_TEXT_SIZE];
  unsigned node_id;
  unsigned max_users;
  unsigned drain_seconds;
  unsigned watchdog_seconds; ///< 0: none
  bool     quiet;
} NodeSettings;

typedef enum SettingType {
  SETTING_TEXT,
  SETTING_ADDRESS, ///< ADDR:PORT
  SETTING_LIST,    ///< HOST:PORT, several separated by commas
  SETTING_NUMBER,
  SETTING_SWITCH,
  SETTING_SECRET ///< Text that is never printed
} SettingType;

typedef struct Setting {
  const char* flag; ///< Without "--"; null: a secret is no flag, since others
                    ///< on the machine could read it
  const char* env;
  const char* key; ///< In the file; null as above
  SettingType type;
  size_t      offset; ///< In NodeSettings
  unsigned    min, max;
  const char* fallback; ///< As text; null: empty, zero, off
  const char* value;    ///< What it is called in --help
  const char* help;     ///< Lines
} Setting;

#define SETTING_COUNT 15U
extern const Setting node_settings[SETTING_COUNT];

/// Fills in the defaults.
void node_settings_default(NodeSettings* out);

/// Sets one from text. False after a sentence that names `source`.
bool node_settings_set(NodeSettings*  out,
                       const Setting* setting,
                       const char*    source,
                       const char*    value);

/// Reads the environment, and wipes secrets from it. An empty variable is none.
bool node_settings_env(NodeSettings* out);

/// Reads a JSON file: an object whose keys are in the table.
bool node_settings_file(NodeSettings* out, const char* path);

/// On Fly.io, region and public address follow from the environment.
void node_settings_fly(NodeSettings* out);

/// Prints the table.
void node_settings_help(void);

#endif // JAM_NODE_SETTINGS_H
