#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Wireshark dissector on a jam of the simulator: what it shows without keys,
# with the right ones and with wrong ones. Exit status 77: no tshark with Lua.
#
#   dissect.sh BIN_FOLDER
set -u -o pipefail

bin=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
export XDG_CONFIG_HOME=$scratch HOME=$scratch

command -v tshark >/dev/null 2>&1 && tshark --version 2>/dev/null | grep -q 'with Lua' || {
  printf 'dissect: there is no tshark with Lua here.\n'
  exit 77
}

# shark KEYS: one line per packet, what the dissector says of it: protocol,
# type, class, number, frames, what is wrong, then all text
shark() {
  tshark -X "lua_script:$root/assets/wireshark/jamnet.lua" -o "toast.keylog:$1" \
    -r "$scratch/jam.pcap" -T fields -E separator=/t -E occurrence=a \
    -e _ws.col.Protocol -e toast.type -e toast.class -e toast.number -e toast.frame \
    -e _ws.expert.message -e _ws.lua.error -e toast.version -e toast.jdat -e toast.jmid -e toast.text \
    -e toast.frame.missing 2>"$scratch/err" || {
    cat "$scratch/err" >&2
    failed=1
  }
}

# expect NUMBER FILE CONDITION: so many lines meet an awk condition, or "some"
expect() {
  local got
  got=$(awk -F '\t' "$3 { ++n } END { print n + 0 }" "$2")
  if [ "$1" = some ]; then
    [ "$got" -gt 0 ] && return 0
  elif [ "$got" -eq "$1" ]; then
    return 0
  fi
  printf "%s packets, not %s: %s (%s)\n" "$got" "$1" "$3" "$(basename "$2")"
  failed=1
}

"$bin/jamnet-lab" sim "$root/tests/sim/scenarios/band.json" --seconds 0.8 --pcap "$scratch/jam.pcap" \
  --key-log "$scratch/keys" >/dev/null || exit 1
sed 's/[0-9a-f]\{8\}$/00000000/' "$scratch/keys" >"$scratch/wrong"
shark "" >"$scratch/clear"
shark "$scratch/keys" >"$scratch/opened"
shark "$scratch/wrong" >"$scratch/shut"
sealed='$2 == "0x80"'

# What anybody can see
expect 0 "$scratch/clear" '$1 != "TOAST"'
expect some "$scratch/clear" '$2 == "0x01" && $8 == 1'
expect some "$scratch/clear" '$2 == "0x03"'
expect some "$scratch/clear" "$sealed && \$3 == 1 && \$4 > 100"
expect 0 "$scratch/clear" '$5 != "" || $6 != "" || $7 != ""'

# With keys every sealed packet opens, and nothing in it is unknown
expect 0 "$scratch/opened" "$sealed && \$5 == \"\""
expect 0 "$scratch/opened" '$6 != "" || $7 != ""'
for frame in 1 2 3 4 5 6 7 8 9; do
  expect some "$scratch/opened" "\",\" \$5 \",\" ~ \",$frame,\""
done
expect some "$scratch/opened" '$9 ~ /^[{]"J":\["/'
expect some "$scratch/opened" '$10 ~ /^[{].*[}]$/'
expect some "$scratch/opened" '$11 ~ /guitar/'
expect some "$scratch/opened" '$12 == 0 && $12 != ""'

# With wrong ones nothing does
expect 0 "$scratch/shut" '$9 != "" || $10 != "" || $11 != ""'
expect some "$scratch/shut" '$6 ~ /No key/'
exit "$failed"
