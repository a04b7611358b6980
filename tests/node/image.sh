#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the container image without Docker, runs it as its user, joins it,
# stops it. Takes minutes, root, mmdebstrap and buildah; ends with 77 without.
#
#   image.sh BIN_FOLDER
set -u -o pipefail

bin=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
base=docker.io/library/debian:bookworm-slim # As the Dockerfile names it
tag=localhost/jamnet-node:test

if [ "$(id -u)" -ne 0 ] || ! command -v buildah >/dev/null || ! command -v mmdebstrap >/dev/null; then
  printf 'image.sh: the image is not built here: that takes root, buildah and mmdebstrap.\n'
  exit 77
fi

scratch=$(mktemp -d)
pids=()
failed=0
export STORAGE_DRIVER=vfs # Works everywhere, as nested file systems do not

# shellcheck disable=SC2317
cleanup() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  wait 2>/dev/null
  b rm --all >/dev/null 2>&1
  rm -rf "$scratch"
}
trap cleanup EXIT

b() { buildah --root "$scratch/root" --runroot "$scratch/run" "$@"; }

give_up() {
  printf 'image.sh: %s\n' "$1" >&2
  [ $# -gt 1 ] && tail -n 20 "$2" >&2
  exit 1
}

say() {
  printf 'image.sh: %s\n' "$1" >&2
  failed=1
}

# wait_for FILE WORDS: until FILE holds WORDS, 30 s at most.
wait_for() {
  local try
  for try in $(seq 300); do
    grep -q "$2" "$1" 2>/dev/null && return 0
    sleep 0.1
  done
  give_up "no '$2' after $try tries" "$1"
}

# page PORT PATH: what an HTTP GET brings, after its status.
page() {
  python3 - "$@" <<'END'
import sys, urllib.request
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}{sys.argv[2]}", timeout=10) as answer:
    print(answer.status, answer.read().decode(), end="")
END
}

# below PID NAME: the process called NAME among the descendants of PID.
below() {
  local child
  local children
  read -r -a children <<<"$(cat "/proc/$1/task/"*/children 2>/dev/null | tr '\n' ' ')"
  for child in "${children[@]}"; do
    [ "$(cat "/proc/$child/comm" 2>/dev/null)" = "$2" ] && printf '%s\n' "$child"
    below "$child" "$2"
  done
}

# A stand-in for the registry's base image, under the name the Dockerfile uses
SECONDS=0
mmdebstrap --variant=minbase --mode=root bookworm "$scratch/base.tar" >"$scratch/base.log" 2>&1 ||
  give_up "the base image cannot be made." "$scratch/base.log"
container=$(b from scratch) || give_up "buildah does not work here."
b add "$container" "$scratch/base.tar" / >/dev/null 2>&1 || give_up "the base image cannot be unpacked."
base_size=$(du -sxk "$(b mount "$container")" | cut -f1)
b commit --quiet "$container" "$base" >/dev/null 2>&1 || give_up "the base image cannot be stored."
b rm "$container" >/dev/null
rm -f "$scratch/base.tar"
printf 'base image: %d s\n' $SECONDS

# apt inside uses what apt outside uses; nothing of it stays in the image
SECONDS=0
volumes=()
for path in /etc/apt /usr/share/keyrings; do
  [ -d "$path" ] && volumes+=(-v "$path:$path:ro")
done
b bud --isolation chroot --pull-never --format docker "${volumes[@]}" -t "$tag" "$root" >"$scratch/bud.log" 2>&1 ||
  give_up "the image cannot be built." "$scratch/bud.log"
printf 'image: %d s\n' $SECONDS

facts=$(b inspect --type image --format \
  '{{.Docker.Config.User}} {{.Docker.Config.StopSignal}} {{.Docker.Config.Entrypoint}} {{.Docker.Config.ExposedPorts}}' "$tag")
for words in "10001:10001 SIGTERM" "[/usr/local/bin/jamnet-node]" 4460/udp 8080/tcp 9091/tcp; do
  [[ "$facts" == *"$words"* ]] || say "no '$words' in the image's facts: $facts"
done
b push --quiet "$tag" "oci-archive:$scratch/image.tar" >/dev/null 2>&1
container=$(b from --pull-never "$tag")
mounted=$(b mount "$container")
size=$(du -sxk "$mounted" | cut -f1)
printf 'size: %d MB unpacked, of which %d MB above the base; %d MB to push; node %d kB\n' \
  $((size / 1024)) $(((size - base_size) / 1024)) "$(($(stat -c %s "$scratch/image.tar") / 1048576))" \
  "$(($(stat -c %s "$mounted/usr/local/bin/jamnet-node") / 1024))"
[ -e "$mounted/usr/bin/cc" ] && say "the compiler has stayed in the image"
[ -e "$mounted/src" ] && say "the sources have stayed in the image"

# It runs as its user, answers health, metrics and a player
secret=$("$bin/jamnet-node" --new-secret)
b run --isolation chroot --env JAM_LISTEN=127.0.0.1:0 --env JAM_HTTP=127.0.0.1:0 --env JAM_DRAIN_SECONDS=1 \
  --env "JAM_CLUSTER_SECRET=$secret" "$container" -- /usr/local/bin/jamnet-node >"$scratch/node.log" 2>&1 &
runner=$!
pids+=("$runner")
wait_for "$scratch/node.log" "Health is on"
node=$(below "$runner" jamnet-node)
[ -n "$node" ] || give_up "the node's process cannot be found."
pids+=("$node")
grep -q "^Uid:.10001.10001.10001.10001" "/proc/$node/status" || say "it runs as $(grep ^Uid "/proc/$node/status")"
port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\) (UDP).*/\1/p' "$scratch/node.log")
http=$(sed -n 's/.*TCP port \([0-9]*\),.*/\1/p' "$scratch/node.log")
[ "$(page "$http" /healthz)" = "200 ok" ] || say "/healthz says $(page "$http" /healthz)"
[ "$(page "$http" /readyz)" = "200 ok" ] || say "/readyz says $(page "$http" /readyz)"
page "$http" /metrics | grep -q '^jamnet_users 0$' || say "/metrics lacks the users"
JAM_CLUSTER_SECRET=$secret "$bin/jamnet-node" --address "127.0.0.1:$port" --invite >"$scratch/link"
XDG_CONFIG_HOME=$scratch "$bin/jamnet" --headless --audio virtual --no-midi "@$scratch/link" >"$scratch/jamnet.log" 2>&1 &
player=$!
pids+=("$player")
wait_for "$scratch/jamnet.log" "first in the room"
for try in $(seq 100); do
  page "$http" /metrics | grep -q '^jamnet_users 1$' && break
  [ "$try" -eq 100 ] && say "/metrics does not show the player"
  sleep 0.1
done

# SIGTERM: drains and ends with 0
kill -TERM "$node"
wait "$runner"
status=$?
[ "$status" -eq 0 ] || say "it ended with $status"
grep -q "has stopped" "$scratch/node.log" || say "it did not say that it stopped"
kill -TERM "$player"
wait "$player"

# Wrong settings end it at once, with a sentence
b run --isolation chroot --env JAM_MAX_USERS=0 "$container" -- /usr/local/bin/jamnet-node >"$scratch/bad.log" 2>&1
status=$?
[ "$status" -eq 2 ] || say "wrong settings end with $status"
grep -q "JAM_MAX_USERS takes" "$scratch/bad.log" || say "wrong settings: $(cat "$scratch/bad.log")"
[ "$failed" -eq 0 ] && printf 'the image works\n'
exit "$failed"
