#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A real jam on this machine: a node and three players over loopback UDP. Prints
# what each heard and leaves the recordings in a folder.
#
#   jam_demo.sh BIN_FOLDER OUT_FOLDER [SECONDS]
set -u -o pipefail

bin=$1 out=$2 seconds=${3:-20}
players=(Ana Ben Cleo)
parts=(guitar bass drums)
pids=()

fail() {
  printf 'jam: %s\n' "$1" >&2
  exit 1
}

stop() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  rm -rf "$scratch"
}

scratch=$(mktemp -d) || fail "no temporary folder can be made."
trap stop EXIT
mkdir -p "$out" || fail "the folder '$out' cannot be made."
# No settings of the user's own, and none are written
export XDG_CONFIG_HOME=$scratch

for i in "${!players[@]}"; do
  "$bin/jamnet-lab" band --part "${parts[i]}" --seconds 10 --rate 48000 \
    --out "$out/${players[i]}-plays.wav" >/dev/null ||
    fail "the ${parts[i]} cannot be played."
done

# A free port: the first that the node can have
for try in 1 2 3 4 5 6 7 8; do
  port=$((20000 + RANDOM % 20000))
  "$bin/jamnet-node" --listen "127.0.0.1:$port" --key-file "$scratch/key" --quiet \
    2>"$scratch/node.log" &
  node=$!
  sleep 0.3
  if kill -0 "$node" 2>/dev/null; then
    pids+=("$node")
    break
  fi
  [ "$try" -lt 8 ] || fail "the node does not start: $(cat "$scratch/node.log")"
done
(umask 077 && "$bin/jamnet-node" --key-file "$scratch/key" \
  --address "127.0.0.1:$port" --invite >"$scratch/invite") ||
  fail "no invite could be made."

printf 'A node on 127.0.0.1:%s, and %s playing %s for %s seconds ...\n' \
  "$port" "${players[*]}" "${parts[*]}" "$seconds"
clients=()
for i in "${!players[@]}"; do
  name=${players[i]}
  "$bin/jamnet" --headless --name "$name" --seconds "$seconds" --no-midi \
    --channels 1 --mode tight --in "$out/$name-plays.wav" --loop --out "$out/$name-hears.wav" \
    --report "$out/$name.json" "@$scratch/invite" >"$scratch/$name.log" 2>&1 &
  clients+=($!)
done
pids+=("${clients[@]}")
failed=0
for i in "${!clients[@]}"; do
  wait "${clients[i]}" || {
    failed=1
    printf '%s could not play: %s\n' "${players[i]}" "$(tail -n 1 "$scratch/${players[i]}.log")" >&2
  }
done
[ $failed -eq 0 ] || exit 1

printf '\n%-8s %-8s %11s %6s %14s %10s %10s\n' \
  listener player delay lost concealed 'bytes/s' SNR
for i in "${!players[@]}"; do
  name=${players[i]} others=()
  for k in "${!players[@]}"; do
    [ "$k" -eq "$i" ] || others+=("${players[k]}=$out/${players[k]}-plays.wav")
  done
  "$bin/jamnet-lab" heard --report "$out/$name.json" --heard "$out/$name-hears.wav" "${others[@]}" ||
    fail "what $name heard cannot be read."
done
printf '\nDelay is microphone to ear, one way, without a sound card. What each heard: %s/*-hears.wav\n' "$out"
