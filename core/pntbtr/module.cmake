jam_module(pntbtr
  SOURCES fit.c predict_rt.c
  DEPENDS base)
