// SPDX-License-Identifier: MIT
// jamnet: the jam app.

#include "app.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void block_signals(sigset_t* const out)
{
  (void)sigemptyset(out);
  (void)sigaddset(out, SIGINT);
  (void)sigaddset(out, SIGTERM);
  (void)sigaddset(out, SIGHUP);
  (void)pthread_sigmask(SIG_BLOCK, out, NULL);
}

static bool run_headless(App* const app, const sigset_t* const signals)
{
  const struct timespec period = {0, 50000000L};
  const JamTime         start  = jam_now();
  while (app_poll(app)) {
    const double seconds = (double)(jam_now() - start) * 1e-9;
    if (sigtimedwait(signals, NULL, &period) > 0 ||
        (app->options->seconds > 0.0 && seconds >= app->options->seconds)) {
      return true;
    }
    if (app->view.state == JAM_STATE_FAILED) {
      return false; // The sentence has been printed
    }
  }
  return true;
}

static int run(const ClientOptions* const options)
{
  // Every thread of the app inherits the mask: signals come to this one alone
  sigset_t signals;
  block_signals(&signals);
  App  app;
  bool good = app_start(&app, options);
  if (good && options->headless) {
    good = run_headless(&app, &signals);
  } else if (good) {
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    good = app_window(&app);
  }
  const int  status = good ? EXIT_OK : EXIT_FAILED;
  const bool clean  = app_stop(&app);
  (void)fflush(stdout);
  if (!clean) {
    _exit(status); // The sound library hangs: its clean-up would too
  }
  return status;
}

int main(int argc, char** argv)
{
  ClientOptions options;
  if (!client_options_read(argc, argv, &options) ||
      (options.save && !client_config_save(&options))) {
    return EXIT_USAGE;
  }
  switch (options.action) {
  case CLIENT_HELP:
    client_options_help();
    return EXIT_OK;
  case CLIENT_VERSION:
    (void)printf("jamnet %s\n", jam_version());
    return EXIT_OK;
  case CLIENT_LIST_DEVICES:
    app_list_devices();
    return EXIT_OK;
  case CLIENT_RUN:
    break;
  }
  return run(&options);
}
