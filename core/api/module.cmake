jam_module(api
  SOURCES basics.c jam.c node.c node_check.c node_setup.c
  DEPENDS base wire jellie playout synchub toast session io PACKAGES sodium)
target_compile_definitions(jam_api PRIVATE JAM_VERSION="${PROJECT_VERSION}")
