#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The systemd unit: every directive is known, the program takes what it starts
# it with, and its exposure stays low. Ends with 77 where systemd is not.
#
#   unit.sh BIN_FOLDER UNIT
set -u -o pipefail

if ! command -v systemd-analyze >/dev/null; then
  printf 'systemd-analyze is not here.\n'
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
sed "s|/usr/local/bin|$1|" "$2" >"$scratch/jamnet-node.service"

words=$(systemd-analyze verify "$scratch/jamnet-node.service" 2>&1 | grep -F jamnet-node)
[ -z "$words" ] || { printf '%s\n' "$words" && failed=1; }

# Exposure goes from 0 to 10; the threshold is in tenths
systemd-analyze security --no-pager --offline=true --threshold=16 "$scratch/jamnet-node.service" >"$scratch/exposure" 2>&1
status=$?
if grep -q 'unrecognized option' "$scratch/exposure"; then
  printf 'This systemd-analyze judges no files.\n'
elif [ "$status" -ne 0 ]; then
  tail -n 1 "$scratch/exposure"
  failed=1
else
  tail -n 1 "$scratch/exposure"
fi

# The statuses the unit tells apart are the program's
"$1/jamnet-node" --config "$scratch/nothing.json" 2>/dev/null
[ $? -eq 2 ] || { printf 'a wrong setting does not end with 2\n' && failed=1; }
grep -q '^RestartPreventExitStatus=2$' "$2" || { printf 'the unit does not stop at status 2\n' && failed=1; }
exit $failed
