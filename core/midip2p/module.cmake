jam_module(midip2p
  SOURCES message.c packet_write.c packet_scan.c packet_parse.c held.c state.c
    checksum.c delta.c clock.c sysex.c sender.c sender_fill.c receiver.c link.c
  DEPENDS base wire
  PACKAGES cjson)
