jam_module(toast
  SOURCES drbg.c noise.c window.c queue.c budget.c repair.c bulk.c feedback.c
    outbox.c inbox.c envelope.c clock.c clock_report.c path.c timers.c table.c
    cluster.c ticket.c tickets.c epochs.c
    resume_keys.c cookie.c sources.c half_open.c refused.c seal.c route.c
    handshake.c accept.c resume.c resumed.c frames.c receive.c send.c
    riders.c tick.c keylog.c endpoint.c
  DEPENDS base
  PACKAGES sodium)
