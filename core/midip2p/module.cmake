jam_module(midip2p
  SOURCES message.c packet_write.c packet_scan.c packet_parse.c held.c state.c
    delta.c clock.c sysex.c sender.c receiver.c link.c
  DEPENDS base wire
  PACKAGES cjson)
