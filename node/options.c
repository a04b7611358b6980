// SPDX-License-Identifier: MIT
// Command line of jamnet-node.

#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_LISTEN = 256, OPTION_KEY, OPTION_ADDRESS, OPTION_USERS };

static const struct option long_options[] = {
  {"listen", required_argument, NULL, OPTION_LISTEN},
  {"key-file", required_argument, NULL, OPTION_KEY},
  {"address", required_argument, NULL, OPTION_ADDRESS},
  {"max-users", required_argument, NULL, OPTION_USERS},
  {"invite", no_argument, NULL, 'i'},
  {"quiet", no_argument, NULL, 'q'},
  {"help", no_argument, NULL, 'h'},
  {"version", no_argument, NULL, 'V'},
  {NULL, 0, NULL, 0}};

void node_options_help(void)
{
  puts("Usage: jamnet-node [OPTION]...\n"
       "Relay jams between players over UDP.\n"
       "\n"
       "  --listen ADDR:PORT   where to listen (default 0.0.0.0:4460)\n"
       "  --key-file FILE      keep the node's key in FILE (made if missing,\n"
       "                       mode 0600), so that invites stay valid\n"
       "  --invite             print an invite link to a new room and exit;\n"
       "                       needs --key-file and --address\n"
       "  --address HOST:PORT  where players reach this node; several are\n"
       "                       separated by commas\n"
       "  --max-users N        at most N players (default 64)\n"
       "  --quiet              print nothing but errors\n"
       "  --help, --version");
}

static bool complain(const char* const sentence)
{
  (void)fprintf(stderr, "jamnet-node: %s\n", sentence);
  return false;
}

static bool read_users(const char* const text, unsigned* const out)
{
  char*               end   = NULL;
  const unsigned long value = strtoul(text, &end, 10);
  if (!*text || *end || value < 1UL || value > 4096UL) {
    return complain("--max-users takes a number from 1 to 4096.");
  }
  *out = (unsigned)value;
  return true;
}

static bool read_one(const int option, NodeOptions* const out)
{
  switch (option) {
  case OPTION_LISTEN:
    out->listen = optarg;
    return true;
  case OPTION_KEY:
    out->key_file = optarg;
    return true;
  case OPTION_ADDRESS:
    out->address = optarg;
    return true;
  case OPTION_USERS:
    return read_users(optarg, &out->max_users);
  case 'i':
    out->action = NODE_INVITE;
    return true;
  case 'q':
    out->quiet = true;
    return true;
  case 'h':
    out->action = NODE_HELP;
    return true;
  case 'V':
    out->action = NODE_VERSION;
    return true;
  default:
    (void)fputs("Try 'jamnet-node --help'.\n", stderr);
    return false; // getopt has said what is wrong
  }
}

bool node_options_read(const int          argc,
                       char** const       argv,
                       NodeOptions* const out)
{
  memset(out, 0, sizeof(*out));
  out->listen    = "0.0.0.0:4460";
  out->max_users = 64U;
  int option     = 0;
  while ((option = getopt_long(argc, argv, "iqhV", long_options, NULL)) != -1) {
    if (!read_one(option, out)) {
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
  if (out->action == NODE_INVITE && (!out->key_file || !out->address)) {
    return complain("--invite needs --key-file FILE (the node's key) and "
                    "--address HOST:PORT (where players reach it).");
  }
  return true;
}
