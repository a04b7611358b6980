jam_module(synchub
  SOURCES profile.c message.c siblings.c table.c hub.c hub_table.c roster.c
          transport.c transport_rt.c transport_text.c
  DEPENDS base wire
  PACKAGES cjson)
