#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What users do wrong, and what goes wrong around them: each must end in one
# clear sentence or be survived, and nothing may hang.
#
#   cli.sh BIN_FOLDER
set -u -o pipefail

bin=$1
scratch=$(mktemp -d)
pids=()
failed=0
export XDG_CONFIG_HOME=$scratch

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

# refuses STATUS WORDS COMMAND...: ends with STATUS and one line on standard
# error that holds WORDS.
refuses() {
  local status=$1 words=$2 got lines
  shift 2
  timeout 20 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
  got=$?
  lines=$(wc -l <"$scratch/err")
  [ "$got" -eq "$status" ] || say "exit $got, not $status: $*"
  grep -q "$words" "$scratch/err" || say "no '$words' in '$(cat "$scratch/err")': $*"
  [ "$lines" -eq 1 ] || say "$lines lines, not one: $*: $(cat "$scratch/err")"
}

# wait_for WORDS FILE: until FILE holds WORDS, 20 s at most.
wait_for() {
  local try
  for try in $(seq 200); do
    grep -q "$1" "$2" 2>/dev/null && return 0
    sleep 0.1
  done
  say "no '$1' after $try tries in $2: $(cat "$2")"
}

jamnet=("$bin/jamnet" --headless --audio virtual --no-midi --name Ana)
key="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

# Wrong words
refuses 2 "Try 'jamnet-node --help'" "$bin/jamnet-node" extra
refuses 2 "needs --key-file" "$bin/jamnet-node" --invite
refuses 2 "from 1 to 4096" "$bin/jamnet-node" --max-users none
refuses 2 "takes HOST:PORT" "$bin/jamnet-node" --listen here
refuses 1 "has no address" "$bin/jamnet-node" --listen 192.0.2.99:4460
printf 'not a key\n' >"$scratch/bad.key"
chmod 600 "$scratch/bad.key"
refuses 1 "does not hold a node key" "$bin/jamnet-node" --listen 127.0.0.1:0 --key-file "$scratch/bad.key"
chmod 644 "$scratch/bad.key"
refuses 1 "only its owner can read" "$bin/jamnet-node" --listen 127.0.0.1:0 --key-file "$scratch/bad.key"
refuses 2 "HOST:PORT" "$bin/jamnet-node" --key-file "$scratch/key" --address nowhere --invite
refuses 2 "tight, normal or safe" "${jamnet[@]}" --mode loose
refuses 2 "20 to 400" "${jamnet[@]}" --tempo 500
refuses 2 "least, common or bar" "${jamnet[@]}" --align late
refuses 2 "16 to 24" "${jamnet[@]}" --bits 8
refuses 1 "half, one, two or four units" "${jamnet[@]}" --frames 65 "jamnet://127.0.0.1:1/#$key.$key"
refuses 2 "cannot be read" "${jamnet[@]}" @/nowhere/at/all
refuses 1 "not an invite link" "${jamnet[@]}" "https://example.org/"
refuses 1 "cannot be found" "${jamnet[@]}" "jamnet://nobody.invalid:4460/#$key.$key"
refuses 1 "." "$bin/jamnet" --headless --in /nowhere.wav "jamnet://127.0.0.1:1/#$key.$key"
refuses 1 "." "$bin/jamnet" --headless --audio nonsense "jamnet://127.0.0.1:1/#$key.$key"
refuses 1 "nobody else may read" "${jamnet[@]}" --key-log /nowhere/keys
touch "$scratch/open.keys"
chmod 644 "$scratch/open.keys"
refuses 1 "nobody else may read" "${jamnet[@]}" --key-log "$scratch/open.keys"
mkdir -p "$scratch/jamnet"
printf '{"name":' >"$scratch/jamnet/config.json"
refuses 2 "not valid JSON" "${jamnet[@]}"
rm "$scratch/jamnet/config.json"

# Settings survive
timeout 20 "${jamnet[@]}" --save --mode safe --seconds 0.1 --listen 127.0.0.1:0 >/dev/null 2>&1 ||
  say "settings cannot be saved"
grep -q '"mode":.*2' "$scratch/jamnet/config.json" || say "the mode was not saved"
rm "$scratch/jamnet/config.json"

# Keys are written down on request only, loudly, and for their owner alone
timeout 20 "${jamnet[@]}" --seconds 1 --listen 127.0.0.1:0 --key-log "$scratch/keys" >/dev/null 2>"$scratch/loud" ||
  say "a jam with a key log ends with $?"
grep -q WARNING "$scratch/loud" || say "the key log is quiet: $(cat "$scratch/loud")"
[ "$(stat -c %a "$scratch/keys")" = 600 ] || say "others can read the keys"
grep -Eq '^TOAST [0-9a-f]{6} caller 0 [0-9a-f]{64}$' "$scratch/keys" || say "no key of ours in the log"
grep -Eq '^TOAST [0-9a-f]{6} node 0 [0-9a-f]{64}$' "$scratch/keys" || say "no key of the node's in the log"

# A busy port, on the node and when hosting
port=$((20000 + RANDOM % 20000))
"$bin/jamnet-node" --listen "127.0.0.1:$port" --key-file "$scratch/key" >"$scratch/node.log" 2>&1 &
node=$!
pids+=("$node")
wait_for "listens on" "$scratch/node.log"
refuses 1 "already listens" "$bin/jamnet-node" --listen "127.0.0.1:$port"
refuses 1 "already listens" "${jamnet[@]}" --listen "127.0.0.1:$port"

# fails_to_join WORDS LINK: says so on the terminal and ends.
fails_to_join() {
  timeout 20 "${jamnet[@]}" "$2" >"$scratch/fail.log" 2>&1
  [ $? -eq 1 ] || say "joined by $2"
  grep -q "$1" "$scratch/fail.log" || say "no '$1': $(cat "$scratch/fail.log")"
}

# A key no node can have; a node of another key; no node at all
fails_to_join "usable key" "jamnet://127.0.0.1:$port/#$key.$key"
fails_to_join "newest invite" \
  "$("$bin/jamnet-node" --key-file "$scratch/other" --address "127.0.0.1:$port" --invite)"
fails_to_join "newest invite" \
  "$("$bin/jamnet-node" --key-file "$scratch/key" --address "127.0.0.1:1" --invite)"

# The node dies and comes back with its key: the jam goes on
"$bin/jamnet-node" --key-file "$scratch/key" --address "127.0.0.1:$port" --invite >"$scratch/link"
"${jamnet[@]}" "@$scratch/link" >"$scratch/ana.log" 2>&1 &
ana=$!
pids+=("$ana")
wait_for "first in the room" "$scratch/ana.log"
kill -KILL "$node"
wait_for "Reconnecting" "$scratch/ana.log"
"$bin/jamnet-node" --listen "127.0.0.1:$port" --key-file "$scratch/key" >/dev/null 2>&1 &
node=$!
pids+=("$node")
for try in $(seq 200); do
  [ "$(grep -c "first in the room" "$scratch/ana.log")" -ge 2 ] && break
  sleep 0.1
done
[ "$(grep -c "first in the room" "$scratch/ana.log")" -ge 2 ] || say "no way back after $try tries"

# A player vanishes: the others see it, the node lets go
"${jamnet[@]}" --name Ben "@$scratch/link" >"$scratch/ben.log" 2>&1 &
ben=$!
pids+=("$ben")
wait_for "1 other in the room" "$scratch/ana.log"
kill -KILL "$ben"
for try in $(seq 200); do
  [ "$(tail -n 1 "$scratch/ana.log")" = "You are the first in the room." ] && break
  sleep 0.1
done
[ "$(tail -n 1 "$scratch/ana.log")" = "You are the first in the room." ] || say "Ben is still there"

# Asked to stop, both do so at once and cleanly
kill -TERM "$ana"
wait "$ana" || say "jamnet ended with $?"
kill -TERM "$node"
wait "$node" || say "jamnet-node ended with $?"
exit $failed
