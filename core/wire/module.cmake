# SPDX-License-Identifier: MIT
jam_module(wire
  SOURCES writer.c reader.c utf8.c base64.c text.c
  DEPENDS base
  PACKAGES cjson)
