jam_module(toast
  SOURCES drbg.c noise.c window.c queue.c outbox.c inbox.c envelope.c clock.c
    clock_report.c path.c timers.c table.c cluster.c handshake.c accept.c frames.c
    receive.c send.c
    riders.c tick.c endpoint.c
  DEPENDS base
  PACKAGES sodium)
