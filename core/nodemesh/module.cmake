jam_module(nodemesh
  SOURCES mesh.c peers.c rooms.c persons.c output.c message.c
  DEPENDS base wire toast synchub
  PACKAGES sodium cjson)
