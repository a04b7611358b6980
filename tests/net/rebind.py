#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A player behind a NAT that forgets: it keeps its jam.

  rebind.py BIN_FOLDER

Real processes over the loopback. One player reaches the node through a relay
that takes another port every two seconds, as a NAT does that has forgotten a
mapping: what still comes to the old port is gone. Both must hear each other to the
end, through one session: a new one would take seconds.
"""
import json
import os
import pathlib
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

SECONDS, FIRST, EVERY, TIMES = 16, 5.0, 2.0, 4
MOST_MS = 1500  # Far less than a session takes to be missed, far more than a slow machine makes


def udp():
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind(("127.0.0.1", 0))
    return out


class Nat(threading.Thread):
    """Carries datagrams between one player and the node."""

    def __init__(self, node_port):
        super().__init__(daemon=True)
        self.inside, self.outside = udp(), udp()
        self.node, self.player = ("127.0.0.1", node_port), None
        self.end, self.forget = False, False
        self.ports = [self.outside.getsockname()[1]]

    def run(self):
        while not self.end:
            if self.forget:
                self.forget = False
                before, self.outside = self.outside, udp()
                before.close()
                self.ports.append(self.outside.getsockname()[1])
            for ready in select.select([self.inside, self.outside], [], [], 0.05)[0]:
                try:
                    data, origin = ready.recvfrom(2048)
                    if ready is self.inside:
                        self.player = origin
                        self.outside.sendto(data, self.node)
                    elif origin == self.node and self.player:
                        self.inside.sendto(data, self.player)
                except OSError:
                    pass  # As lost on the way


def free_port():
    with udp() as probe:
        return probe.getsockname()[1]


def play(binaries, scratch, tone, number, link):
    own = scratch / f"link{number}"
    own.write_text(link + "\n")
    environment = dict(os.environ, XDG_CONFIG_HOME=str(scratch))
    return subprocess.Popen(
        [binaries / "jamnet", "--headless", "--name", f"p{number}", "--seconds", str(SECONDS), "--no-midi", "--audio",
         "virtual", "--channels", "1", "--in", tone, "--loop", "--report", scratch / f"report{number}", f"@{own}"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def run(binaries, scratch):
    tone, key, port = scratch / "tone.wav", scratch / "key", free_port()
    subprocess.run([binaries / "jamnet-lab", "band", "--part", "guitar", "--seconds", "3", "--rate", "48000", "--out", tone],
                   check=True, stdout=subprocess.DEVNULL)
    link = subprocess.run([binaries / "jamnet-node", "--key-file", key, "--address", f"127.0.0.1:{port}", "--invite"],
                          capture_output=True, text=True, check=True).stdout.strip()
    node = subprocess.Popen([binaries / "jamnet-node", "--listen", f"127.0.0.1:{port}", "--key-file", key, "--quiet"])
    nat, players = Nat(port), []
    nat.start()
    try:
        time.sleep(0.5)
        players = [play(binaries, scratch, tone, 0, link.replace(f":{port}", f":{nat.inside.getsockname()[1]}")),
                   play(binaries, scratch, tone, 1, link)]
        time.sleep(FIRST)
        for _ in range(TIMES):
            nat.forget = True
            time.sleep(EVERY)
        for player in players:
            _, said = player.communicate(timeout=60)
            assert player.returncode == 0, said
    finally:
        for process in players + [node]:
            if process.poll() is None:
                process.kill()
            process.wait()
        nat.end = True
    assert len(set(nat.ports)) == TIMES + 1, nat.ports
    for number in range(2):
        rows = {row["from"]: row for row in json.loads((scratch / f"report{number}").read_text())["listeners"]}
        other = f"p{1 - number}"
        assert other in rows, f"at the end p{number} does not hear {other}"
        gap = rows[other]["longest_gap_ms"]
        print(f"p{number} heard {other}; longest gap {gap:.0f} ms, {rows[other]['lost']:.0f} packets lost")
        assert gap < MOST_MS, "the session was lost and made anew"


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        sys.exit(2)
    with tempfile.TemporaryDirectory() as folder:
        run(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(folder))


main()
