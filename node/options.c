// SPDX-License-Identifier: MIT
// Command line of jamnet-node.

#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Settings come first, numbered as in their table
enum { OPTION_SETTING = 256, OPTION_CONFIG = 512, OPTION_CHECK, OPTION_SECRET };

static const struct option actions[] = {
  {"config", required_argument, NULL, OPTION_CONFIG},
  {"invite", no_argument, NULL, 'i'},
  {"check", no_argument, NULL, OPTION_CHECK},
  {"new-secret", no_argument, NULL, OPTION_SECRET},
  {"help", no_argument, NULL, 'h'},
  {"version", no_argument, NULL, 'V'},
  {NULL, 0, NULL, 0}};

#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

typedef struct Flags {
  const char* value[SETTING_COUNT]; // Null: not given
  const char* config;
  NodeAction  action;
} Flags;

void node_options_help(void)
{
  puts("Usage: jamnet-node [OPTION]...\n"
       "Relay jams between players over UDP.\n");
  node_settings_help();
  puts("  --config FILE             read settings from a JSON file\n"
       "  --invite                  print an invite link to a new room and "
       "exit; needs\n"
       "                            --address, and a key or cluster file\n"
       "  --check                   try the configuration, print what comes of "
       "it, exit\n"
       "  --new-secret              print a fresh cluster secret and exit\n"
       "  --help, --version\n"
       "\n"
       "Each setting may also stand in the environment (--max-users as "
       "JAM_MAX_USERS) or\n"
       "in the file ({\"max_users\": 64}). Options win over the environment, "
       "which wins\n"
       "over the file (JAM_CONFIG).\n"
       "\n"
       "Exit status: 0 stopped as asked, 1 failed, 2 a wrong setting, 3 the "
       "relay was\n"
       "stuck.");
}

static void list_options(struct option out[SETTING_COUNT + ACTION_COUNT])
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < SETTING_COUNT; ++i) {
    const Setting* const setting = &node_settings[i];
    if (setting->flag) {
      out[count].name = setting->flag;
      out[count].has_arg =
        setting->type == SETTING_SWITCH ? no_argument : required_argument;
      out[count].flag  = NULL;
      out[count++].val = OPTION_SETTING + (int)i;
    }
  }
  memcpy(out + count, actions, sizeof(actions));
}

static bool read_one(const int option, char** const argv, Flags* const out)
{
  switch (option) {
  case OPTION_CONFIG:
    out->config = optarg;
    return true;
  case OPTION_CHECK:
    out->action = NODE_CHECK;
    return true;
  case OPTION_SECRET:
    out->action = NODE_SECRET;
    return true;
  case 'i':
    out->action = NODE_INVITE;
    return true;
  case 'h':
    out->action = NODE_HELP;
    return true;
  case 'V':
    out->action = NODE_VERSION;
    return true;
  case 'q':
    out->value[SETTING_COUNT - 1U] = "true"; // Stands last in the table
    return true;
  case ':':
    (void)fprintf(
      stderr,
      "jamnet-node: '%s' needs a value. Try 'jamnet-node --help'.\n",
      argv[optind - 1]);
    return false;
  case '?':
    (void)fprintf(stderr,
                  "jamnet-node: '%s' is not an option. Try 'jamnet-node "
                  "--help'.\n",
                  argv[optind - 1]);
    return false;
  default:
    out->value[option - OPTION_SETTING] = optarg ? optarg : "true";
    return true;
  }
}

static bool read_flags(const int argc, char** const argv, Flags* const out)
{
  struct option options[SETTING_COUNT + ACTION_COUNT];
  memset(options, 0, sizeof(options));
  memset(out, 0, sizeof(*out));
  list_options(options);
  opterr     = 0; // One sentence of our own instead
  int option = 0;
  while ((option = getopt_long(argc, argv, ":iqhV", options, NULL)) != -1) {
    if (!read_one(option, argv, out)) {
      return false;
    }
  }
  if (optind < argc) {
    (void)fprintf(stderr,
                  "jamnet-node: '%s' is not an option. Try 'jamnet-node "
                  "--help'.\n",
                  argv[optind]);
    return false;
  }
  return true;
}

static bool apply_flags(const Flags* const flags, NodeSettings* const out)
{
  for (unsigned i = 0U; i < SETTING_COUNT; ++i) {
    char source[40];
    if (!flags->value[i]) {
      continue;
    }
    (void)snprintf(source, sizeof(source), "--%s", node_settings[i].flag);
    if (!node_settings_set(out, &node_settings[i], source, flags->value[i])) {
      return false;
    }
  }
  return true;
}

static bool has_key(const NodeSettings* const settings)
{
  return settings->key_file[0] || settings->cluster_file[0] ||
         settings->cluster_secret[0];
}

bool node_options_read(const int           argc,
                       char** const        argv,
                       NodeAction* const   action,
                       NodeSettings* const out)
{
  Flags flags;
  if (!read_flags(argc, argv, &flags)) {
    return false;
  }
  *action = flags.action;
  node_settings_default(out);
  if (flags.action == NODE_HELP || flags.action == NODE_VERSION ||
      flags.action == NODE_SECRET) {
    return true;
  }
  const char* const config = flags.config ? flags.config : getenv("JAM_CONFIG");
  if ((config && config[0] && !node_settings_file(out, config)) ||
      !node_settings_env(out) || !apply_flags(&flags, out)) {
    return false;
  }
  node_settings_fly(out);
  if (flags.action == NODE_INVITE && (!has_key(out) || !out->address[0])) {
    (void)fputs("jamnet-node: --invite needs --key-file FILE or --cluster-file "
                "FILE (the node's key) and --address HOST:PORT (where players "
                "reach it).\n",
                stderr);
    return false;
  }
  return true;
}
