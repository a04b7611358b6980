jam_module(playout
  SOURCES playout.c store_rt.c conceal_rt.c resample_rt.c steer_rt.c read_rt.c
    playout_rt.c dll_rt.c meter_rt.c mix_rt.c delay.c
  DEPENDS base pntbtr
  PACKAGES samplerate)
