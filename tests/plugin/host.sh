#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The example host: wrong words end in one sentence, and two of it, each with
# the plug-in loaded from its library, hear each other through a node.
#
#   host.sh BIN_FOLDER
set -u -o pipefail

host=$1/jam-shim-host
node=$1/jamnet-node
export LD_LIBRARY_PATH=$1/../lib # Sanitizers hide the program's own path to it
scratch=$(mktemp -d)
pids=()
failed=0

# shellcheck disable=SC2317
cleanup() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  rm -rf "$scratch"
}
trap cleanup EXIT

say() {
  printf '%s\n' "$1"
  failed=1
}

# refuses WORDS OPTION...: fails with one line on standard error, with WORDS.
refuses() {
  local words=$1
  shift
  timeout 20 "$host" "$@" >/dev/null 2>"$scratch/err" </dev/null &&
    say "was taken: $*"
  grep -q "$words" "$scratch/err" || say "no '$words' in '$(cat "$scratch/err")': $*"
  [ "$(wc -l <"$scratch/err")" -eq 1 ] || say "not one line: $*: $(cat "$scratch/err")"
}

# shows WORDS OPTION...: succeeds with WORDS on standard output.
shows() {
  local words=$1
  shift
  timeout 60 "$host" "$@" >"$scratch/out" 2>&1 </dev/null || say "failed: $*"
  grep -q "$words" "$scratch/out" || say "no '$words' in '$(cat "$scratch/out")': $*"
}

refuses 'is not an option' --bogus
refuses 'is not an option' --link
refuses 'from 1 to 16384' --block 0
refuses 'from 1 to 1e+06' --rate fast
refuses 'One FILE only' one.wav two.wav
refuses 'cannot be read' "$scratch/none.wav"
refuses 'cannot be written' --out "$scratch/none/out.wav"
refuses 'cannot be loaded' --library "$scratch/none.so"
refuses 'too long' --link "$(printf '%01024d' 0)"
printf '{}' >"$scratch/bad.json"
refuses 'not a state of JAMNet' --state "$scratch/bad.json"
shows '88200 Hz' --rate 88200 --seconds 0.2
shows 'not an invite link' --link hello --seconds 0.5
shows 'invite link' --fast --seconds 600

# A jam of two; the second knows the room from a saved state
port=$((20000 + $$ % 20000))
(umask 077 && "$node" --key-file "$scratch/key" --address "127.0.0.1:$port" --invite) \
  >"$scratch/link" || say 'no invite'
"$node" --listen "127.0.0.1:$port" --key-file "$scratch/key" --quiet &
pids+=($!)
"$host" --link "$(cat "$scratch/link")" --name Ben --state "$scratch/state.json" \
  --seconds 0.1 >/dev/null || say 'no state'
"$host" --link "$(cat "$scratch/link")" --name Ana --seconds 20 \
  --out "$scratch/ana.wav" >"$scratch/ana" 2>&1 &
pids+=($!)
# A tone of a quarter has -15 dB; silence while the two find together
shows 'Heard: -1[0-9]\.' --state "$scratch/state.json" --out "$scratch/ben.wav" \
  --block 300 --seconds 8
shows 'People: 2' --state "$scratch/state.json" --block 300 --seconds 2
[ "$(stat -c %s "$scratch/ben.wav")" -gt 3000000 ] || say 'ben.wav is too short'

exit "$failed"
