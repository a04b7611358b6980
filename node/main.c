// SPDX-License-Identifier: MIT
// jamnet-node: the headless relay.

#include "options.h"

#include <jamnet/jamnet.h>

#include <signal.h>
#include <stdio.h>

enum { EXIT_OK = 0, EXIT_USAGE = 2, EXIT_FAILED = 1 };

static int explain(const NodeOptions* const options, const JamStatus status)
{
  const char* const listen = options->listen;
  const char* const key    = options->key_file ? options->key_file : "(none)";
  (void)fputs("jamnet-node: ", stderr);
  switch (status) {
  case JAM_ERR_ARGUMENT:
    (void)fprintf(stderr,
                  "'%s' is not ADDR:PORT, such as 0.0.0.0:4460.\n",
                  listen);
    break;
  case JAM_ERR_NOT_FOUND:
    (void)fprintf(stderr, "This machine has no address for '%s'.\n", listen);
    break;
  case JAM_ERR_IN_USE:
    (void)fprintf(stderr,
                  "Another program already listens on %s. Choose another port "
                  "with --listen.\n",
                  listen);
    break;
  case JAM_ERR_FILE:
    (void)fprintf(stderr,
                  "The key file '%s' cannot be used: it must be a file that "
                  "only its owner can read (mode 0600).\n",
                  key);
    break;
  case JAM_ERR_CRYPTO:
    (void)fprintf(stderr, "The file '%s' does not hold a node key.\n", key);
    break;
  default:
    (void)fprintf(stderr, "%s.\n", jam_status_text(status));
    break;
  }
  return EXIT_FAILED;
}

static int print_invite(const NodeOptions* const options)
{
  char            link[JAM_LINK_SIZE];
  const JamStatus status =
    jam_invite(options->key_file, options->address, link, sizeof(link));
  if (status == JAM_ERR_ARGUMENT) {
    (void)fprintf(stderr,
                  "jamnet-node: '%s' is not HOST:PORT, such as "
                  "jam.example.org:4460.\n",
                  options->address);
    return EXIT_USAGE;
  }
  if (status != JAM_OK) {
    return explain(options, status);
  }
  (void)puts(link);
  return EXIT_OK;
}

static int run(const NodeOptions* const options)
{
  // Every thread inherits the mask, so signals come to sigwait alone
  sigset_t signals;
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGINT);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigprocmask(SIG_BLOCK, &signals, NULL);

  JamNode*      node = NULL;
  JamNodeConfig config;
  jam_node_config_default(&config);
  config.listen          = options->listen;
  config.key_file        = options->key_file;
  config.max_users       = options->max_users;
  const JamStatus status = jam_node_start(&config, &node);
  if (status != JAM_OK) {
    return explain(options, status);
  }
  if (!options->quiet) {
    (void)printf("jamnet-node %s listens on %s (UDP).\n",
                 jam_version(),
                 options->listen);
    (void)fflush(stdout);
  }
  int number = 0;
  (void)sigwait(&signals, &number);
  jam_node_stop(node);
  if (!options->quiet) {
    (void)puts("jamnet-node has stopped.");
  }
  return EXIT_OK;
}

int main(int argc, char** argv)
{
  NodeOptions options;
  if (!node_options_read(argc, argv, &options)) {
    return EXIT_USAGE;
  }
  switch (options.action) {
  case NODE_INVITE:
    return print_invite(&options);
  case NODE_HELP:
    node_options_help();
    return EXIT_OK;
  case NODE_VERSION:
    (void)printf("jamnet-node %s\n", jam_version());
    return EXIT_OK;
  case NODE_RUN:
    break;
  }
  return run(&options);
}
