#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the product against real JACK servers of its own, without sound hardware.
# Prints the harness's line of JSON.
#
#   jack_jam.sh BIN_FOLDER MODE [HARNESS OPTION]...
#
#   wire           the harness alone: must measure 0 frames, all exact
#   loop BACKEND   the client's sound device, portaudio or jack
#   kill BACKEND   the same, with the server killed and started again
#   one            two players and a node, both players on one server
#   two            the same on two servers, 208 ppm apart
#   stall          the same, each server stopped for 5 and 30 ms, then both
#   die            as one, with the server killed under the whole jam
#
# The jam is described in bench.conf beside this script, or in the file that
# JAM_BENCH_CONF names. JAM_PERIOD sets the block length of the servers.
# Exit status 77: JACK or a program is not here, or the machine had too many
# gaps to tell.
set -u -o pipefail

bin=$(cd "$1" && pwd) || exit 77
mode=$2
shift 2
conf=${JAM_BENCH_CONF:-$(cd "$(dirname "$0")" && pwd)/bench.conf}
# shellcheck source=tests/net/jack_run.sh
. "$(dirname "$0")/jack_run.sh"

loop() {
  JACK_DEFAULT_SERVER=$name "$bin/jack_loop" "$1" loop 60 \
    >"$scratch/loop.log" 2>&1 9>&- &
  pids+=($!)
}

# said LOG TEXT: waits until a program has said it
said() {
  for _ in {1..100}; do
    grep -q "$2" "$scratch/$1.log" && return 0
    sleep 0.1
  done
  fail "$1 did not say \"$2\""
}

# hear SERVER_A SERVER_B OPTION...: what of A comes out at B
hear() {
  local a=$1 b=$2 other=()
  shift 2
  [ "$a" = "$b" ] || other=(--server-b "$b")
  harness --to "$(value toA)" --from "$(value fromB)" --server "$a" \
    "${other[@]}" --midi-to A-midi-in:in --midi-from B-midi-out:out "$@"
}

# stall SECONDS PID...: as a machine that is busy elsewhere
stall() {
  local span=$1
  shift
  kill -STOP "$@" && sleep "$span"
  kill -CONT "$@"
}

case $mode in
wire)
  server "$name" 48000
  harness --wire --server "$name" --warm 1 --seconds 4 --min-exact 1 --max-lost 0 "$@"
  ;;
loop)
  backend=$1 && shift
  server "$name" 48000
  loop "$backend"
  harness --to loop:in_0 --from loop:out_0 --server "$name" --warm 1 \
    --seconds 4 --min-exact 0.99 "$@"
  ;;
kill)
  backend=$1 && shift
  server "$name" 48000
  jackd=${pids[-1]}
  loop "$backend"
  looper=${pids[-1]}
  said loop ' at 48000 Hz'
  sleep 1
  kill -9 "$jackd"
  wait "$jackd" 2>/dev/null
  said loop 'The sound server stopped'
  server "$name" 48000
  said loop 'The sound is back'
  harness --to loop:in_0 --from loop:out_0 --server "$name" --warm 1 \
    --seconds 4 --min-exact 0.99 "$@" || exit
  kill "$looper"
  said loop 'Ended alive'
  for _ in {1..50}; do
    kill -0 "$looper" 2>/dev/null || exit 0
    sleep 0.1
  done
  fail 'the loop does not end'
  ;;
one)
  server "$name" 48000
  jam "$name" "$name"
  hear "$name" "$name" "$@"
  ;;
two)
  server "$name" 48000
  server "$name-b" 48010
  jam "$name" "$name-b"
  hear "$name" "$name-b" "$@"
  ;;
stall)
  server "$name" 48000
  one=${pids[-1]}
  server "$name-b" 48010
  two=${pids[-1]}
  jam "$name" "$name-b"
  (
    sleep 30
    for span in 0.005 0.03; do
      for which in "$one" "$two" "$one $two"; do
        # shellcheck disable=SC2086
        stall "$span" $which
        sleep 4
      done
    done
  ) 9>&- &
  hear "$name" "$name-b" --warm 20 --seconds 40 "$@"
  ;;
die)
  server "$name" 48000
  jackd=${pids[-1]}
  jam "$name" "$name"
  said b 'in the room'
  sleep 2
  kill -9 "$jackd"
  wait "$jackd" 2>/dev/null
  said a 'The sound server stopped'
  said b 'The sound server stopped'
  server "$name" 48000
  said a 'The sound is back'
  said b 'The sound is back'
  hear "$name" "$name" --warm 8 --seconds 8 "$@"
  ;;
*)
  fail "\"$mode\" is not one of wire, loop, kill, one, two, stall, die"
  ;;
esac
