#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The LV2 plug-in in a real host, jalv, and a jamnet player with a node between
# them, all on a JACK server of their own. Sound and MIDI go from each to the
# other. Prints the harness's line of JSON for each way.
#
#   jalv_jam.sh BIN_FOLDER LV2_FOLDER [HARNESS OPTION]...
#
# jalv gets the invite as a saved state, as it would from a session. Exit status
# 77: JACK, jalv or a program is not here, or the machine had too many gaps.
set -u -o pipefail

bin=$(cd "$1" && pwd) || exit 77
lv2=$(cd "$2" && pwd) || exit 77
shift 2
here=$(cd "$(dirname "$0")" && pwd)
conf=$here/../net/bench.conf
# shellcheck source=tests/net/jack_run.sh
. "$here/../net/jack_run.sh"

command -v jalv >/dev/null || skip 'jalv is not installed'
[ -x "$bin/jamnet" ] && [ -x "$bin/jamnet-node" ] ||
  skip 'jamnet or jamnet-node is not built'

# state FOLDER: a state of the plug-in that holds the node's invite
state() {
  mkdir "$1"
  cat >"$1/state.ttl" <<END
@prefix lv2:   <http://lv2plug.in/ns/lv2core#> .
@prefix pset:  <http://lv2plug.in/ns/ext/presets#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .

<>
	a pset:Preset ;
	lv2:appliesTo <urn:jamnet:jam> ;
	state:state [
		<urn:jamnet:jam#link> "$(cat "$scratch/link")" ;
		<urn:jamnet:jam#name> "Jalv"
	] .
END
}

# plugin: jalv, which ends when its standard input does
plugin() {
  mkfifo "$scratch/keys"
  exec 8<>"$scratch/keys"
  LV2_PATH=$lv2:/usr/lib/lv2 JACK_DEFAULT_SERVER=$name \
    jalv -n Jalv -l "$scratch/state" urn:jamnet:jam \
    >"$scratch/jalv.log" 2>&1 <&8 9>&- &
  pids+=($!)
}

server "$name" 48000
start server "$name"
for _ in {1..50}; do
  [ -s "$scratch/link" ] && break
  sleep 0.1
done
[ -s "$scratch/link" ] || fail 'the node gave no invite'
state "$scratch/state"
plugin
start a "$name"
harness --to Jalv:in --from A:out_0 --server "$name" \
  --midi-to Jalv:midi_in --midi-from A-midi-out:out "$@" || exit
harness --to A:in_0 --from Jalv:out_l --server "$name" \
  --midi-to A-midi-in:in --midi-from Jalv:midi_out "$@"
