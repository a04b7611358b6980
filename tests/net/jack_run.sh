# SPDX-License-Identifier: MIT
# Shared by the tests that run programs on JACK servers of their own. Sourced,
# not run, by a script that has set `bin`, the folder of the programs, and
# `conf`, the description of the jam. One run at a time on the machine.
# shellcheck shell=bash

period=${JAM_PERIOD:-64}
# JACK has room for eight servers and keeps the names of those that were killed,
# so every run uses the same two names, one run at a time.
name=jamnet-test-$UID
pids=()
program=$(basename "$0" .sh)
export JACK_NO_START_SERVER=1 JAM_BIN=$bin

skip() {
  printf '%s: skipped, %s\n' "$program" "$1" >&2
  exit 77
}

fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  tail -n 3 "$scratch"/*.log >&2 2>/dev/null
  exit 1
}

# The youngest first: a server that goes before its clients takes long
stop() {
  local i pid
  for ((i = ${#pids[@]} - 1; i >= 0; --i)); do
    pid=${pids[i]}
    kill "$pid" 2>/dev/null
    for _ in {1..100}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  rm -rf "$scratch"
}

command -v jackd >/dev/null && command -v jack_wait >/dev/null ||
  skip 'jackd is not installed'
[ -x "$bin/jack_harness" ] || skip 'jack_harness is not built'
scratch=$(mktemp -d) || fail 'no temporary folder can be made'
trap stop EXIT
trap 'exit 1' INT TERM
export XDG_CONFIG_HOME=$scratch HOME=$scratch
exec 9>"${TMPDIR:-/tmp}/$name.lock" && flock -w 300 9 ||
  skip 'another run does not end'

# server NAME RATE: starts a JACK server; its process is the last of `pids`
server() {
  jackd -n "$1" -R -S -d dummy -r "$2" -p "$period" -C 2 -P 2 \
    >"$scratch/$1.log" 2>&1 9>&- &
  pids+=($!)
  jack_wait -s "$1" -w -t 10 >/dev/null 2>&1 ||
    skip "no JACK server starts: $(tail -n 1 "$scratch/$1.log")"
}

harness() { "$bin/jack_harness" "$@"; }

# value KEY: the line of bench.conf, with addresses of this machine
value() {
  sed -n "s/^$1=//p" "$conf" | sed 's/{[ABS]}/127.0.0.1/g; s/ --no-midi//'
}

# start KEY SERVER: a program of bench.conf, in the scratch folder
start() {
  local line
  line=$(value "$1")
  [ -n "$line" ] || return 0
  (cd "$scratch" && JACK_DEFAULT_SERVER=$2 exec sh -c "exec $line") \
    >"$scratch/$1.log" 2>&1 9>&- &
  pids+=($!)
}

# jam SERVER_A SERVER_B
jam() {
  [ -x "$bin/jamnet" ] && [ -x "$bin/jamnet-node" ] ||
    skip 'jamnet or jamnet-node is not built'
  start server "$1"
  sleep 1
  start a "$1"
  start b "$2"
}
