# SPDX-License-Identifier: MIT
jam_module(jellie
  SOURCES format.c scan.c predict_table.c search.c encode.c
    decode.c thin.c plain.c convert_rt.c shape.c shape_fit.c
    thrift.c
  DEPENDS base wire
  PACKAGES cjson)
