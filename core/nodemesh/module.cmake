jam_module(nodemesh
  SOURCES mesh.c candidates.c peers.c rooms.c claims.c persons.c output.c message.c
  DEPENDS base wire toast synchub
  PACKAGES sodium cjson)
