jam_module(pntbtr
  SOURCES bands_rt.c bridge_rt.c burg.c fit.c history.c predict_rt.c
  DEPENDS base)
