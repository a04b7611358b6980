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

# said TEXT: waits until the loop has said it
said() {
  for _ in {1..100}; do
    grep -q "$1" "$scratch/loop.log" && return 0
    sleep 0.1
  done
  fail "the loop did not say \"$1\""
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
  said ' at 48000 Hz'
  sleep 1
  kill -9 "$jackd"
  wait "$jackd" 2>/dev/null
  said 'The sound server stopped'
  server "$name" 48000
  said 'The sound is back'
  harness --to loop:in_0 --from loop:out_0 --server "$name" --warm 1 \
    --seconds 4 --min-exact 0.99 "$@" || exit
  kill "$looper"
  said 'Ended alive'
  for _ in {1..50}; do
    kill -0 "$looper" 2>/dev/null || exit 0
    sleep 0.1
  done
  fail 'the loop does not end'
  ;;
one)
  server "$name" 48000
  jam "$name" "$name"
  harness --to "$(value toA)" --from "$(value fromB)" --server "$name" \
    --midi-to A-midi-in:in --midi-from B-midi-out:out "$@"
  ;;
two)
  server "$name" 48000
  server "$name-b" 48010
  jam "$name" "$name-b"
  harness --to "$(value toA)" --from "$(value fromB)" --server "$name" \
    --server-b "$name-b" --midi-to A-midi-in:in --midi-from B-midi-out:out "$@"
  ;;
*)
  fail "\"$mode\" is not one of wire, loop, kill, one, two"
  ;;
esac
