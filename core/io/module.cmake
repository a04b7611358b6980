find_package(Threads REQUIRED)
jam_module(io
  SOURCES clock.c discovery.c errno.c keyfile.c keylog.c listen.c loop.c pace.c resolve.c
    udp.c
  DEPENDS base wire toast session PACKAGES sodium)
target_compile_definitions(jam_io PRIVATE _DEFAULT_SOURCE)
target_link_libraries(jam_io PUBLIC Threads::Threads)
