#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A cluster of real processes: three nodes and six players in network namespaces.

  mesh.py BIN_FOLDER [--runs N] [--delay MS]

All are MS apart one way (20: round trips of 40 ms). In each run everybody plays,
every link between nodes must carry what its users send once, one node is killed with SIGKILL, then the two others are parted and joined again;
at the end everybody must be in one room and hear everybody. Prints how long
those whose node died were not heard, or did not hear, from the players' reports.
Exit status 77: not root, or no network namespaces here.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

NODES, PLAYERS, PORT = 3, 6, 4460
KILL, CUT, HEAL, END = 1.0, 6.0, 10.0, 26.0  # Seconds; the first three from when everybody plays
PATIENCE = 8  # Seconds until then, on a slow machine
ONCE = (0.7, 1.3)  # Bundled or with feedback, a stream is not the same bytes on every hop


def address(number):
    return f"10.177.0.{10 + number}"


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)


class Network:
    """Hosts in namespaces of their own, and a slow switch between them."""

    def __init__(self, binaries, count, delay_ms):
        self.prefix, self.count = f"jam{os.getpid()}", count
        self.hub = f"{self.prefix}hub"
        try:
            ip("netns", "add", self.hub)
            for i in range(count):
                self.add(i)
        except subprocess.CalledProcessError as error:
            self.remove()
            print(f"mesh: network namespaces do not work here: {getattr(error, 'stderr', error)}".strip())
            sys.exit(77)
        self.switch = subprocess.Popen(
            ["ip", "netns", "exec", self.hub, str(binaries / "net_switch"), str(delay_ms), *[f"p{i}" for i in range(count)]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def add(self, i):
        name = f"{self.prefix}h{i}"
        ip("netns", "add", name)
        ip("-n", self.hub, "link", "add", f"p{i}", "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("-n", self.hub, "link", "set", f"p{i}", "up")
        ip("-n", name, "addr", "add", f"{address(i)}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")

    def start(self, host, argv, **options):
        return subprocess.Popen(["ip", "netns", "exec", f"{self.prefix}h{host}", *argv], **options)

    def ask(self, command):
        self.switch.stdin.write(command + "\n")
        self.switch.stdin.flush()
        return self.switch.stdout.readline().strip()

    def tell(self, command):
        assert self.ask(command) == "ok"

    def carried(self, a, b):
        return int(self.ask(f"count {a} {b}"))

    def close(self):
        self.switch.stdin.close()
        self.switch.wait()
        self.remove()

    def remove(self):
        for name in [self.hub] + [f"{self.prefix}h{i}" for i in range(self.count)]:
            ip("netns", "del", name, check=False)


class Cluster:
    """One run: nodes on the first hosts, players on the others."""

    def __init__(self, binaries, network, scratch, tone):
        self.binaries, self.network, self.scratch, self.tone = binaries, network, scratch, tone
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("JAM_", "FLY_"))}
        self.environment["XDG_CONFIG_HOME"] = str(scratch)
        self.secret = scratch / "secret"
        with os.fdopen(os.open(self.secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            subprocess.run([binaries / "jamnet-node", "--new-secret"], stdout=file, check=True)
        self.hosts = ",".join(f"{address(i)}:{PORT}" for i in range(NODES))
        self.nodes = [self.node(i) for i in range(NODES)]

    def node(self, i):
        return self.network.start(i, [str(self.binaries / "jamnet-node"), "--listen", f"{address(i)}:{PORT}",
                                      "--cluster-file", str(self.secret), "--peers", self.hosts,
                                      "--address", f"{address(i)}:{PORT}", "--node-id", str(i + 1), "--quiet"],
                                  env=self.environment)

    def play(self):
        """Starts the players, each with an invite that names its own node only."""
        link = subprocess.run([self.binaries / "jamnet-node", "--cluster-file", self.secret, "--address", self.hosts, "--invite"],
                              capture_output=True, text=True, check=True).stdout.strip()
        self.players = []
        for i in range(PLAYERS):
            own = self.scratch / f"link{i}"
            own.write_text(link.replace(self.hosts, f"{address(i % NODES)}:{PORT}") + "\n")
            with open(self.scratch / f"log{i}", "w") as log:
                self.players.append(self.network.start(
                    NODES + i, [str(self.binaries / "jamnet"), "--headless", "--name", f"p{i}", "--seconds", str(END),
                                "--no-midi", "--channels", "1", "--in", str(self.tone), "--loop",
                                "--report", str(self.scratch / f"report{i}"), f"@{own}"],
                    env=self.environment, stdout=log, stderr=log))

    def reports(self):
        """Waits for the players; returns what each heard, by name."""
        heard = {}
        for i, player in enumerate(self.players):
            if player.wait() != 0:
                raise AssertionError(f"p{i}: {(self.scratch / f'log{i}').read_text().strip()[-300:]}")
            heard[f"p{i}"] = {row["from"]: row for row in json.loads((self.scratch / f"report{i}").read_text())["listeners"]}
        return heard

    def stop(self):
        for process in self.nodes + getattr(self, "players", []):
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_until(begin, seconds):
    time.sleep(max(0.0, begin + seconds - time.monotonic()))


def uplinks(network, node):
    """Bytes so far from the players of a node to it."""
    return sum(network.carried(NODES + i, node) for i in range(node, PLAYERS, NODES))


def crossings(network, seconds):
    """How often what the users of each node sent crossed each link to a sibling."""
    links = [(a, b) for a in range(NODES) for b in range(NODES) if a != b]
    before = {(a, b): network.carried(a, b) for a, b in links}, [uplinks(network, a) for a in range(NODES)]
    time.sleep(seconds)
    return {(a, b): (network.carried(a, b) - before[0][a, b]) / max(1, uplinks(network, a) - before[1][a]) for a, b in links}


def wait_for_everybody(network):
    """Until each stream crosses each link between nodes, and that once."""
    for _ in range(PATIENCE):
        times = crossings(network, 1.0)
        if all(ONCE[0] < share < ONCE[1] for share in times.values()):
            return
    raise AssertionError(f"what was sent crossed the links so often: {times}")


def run(binaries, network, scratch, tone):
    """Returns the longest gaps, in ms, between those whose node died and everybody,
    and for comparison between those of one node to whom nothing happened."""
    cluster = Cluster(binaries, network, scratch, tone)
    try:
        time.sleep(2.0)
        cluster.play()
        wait_for_everybody(network)
        begin = time.monotonic()
        wait_until(begin, KILL)
        cluster.nodes[0].kill()  # `ip netns exec` has become the node
        wait_until(begin, CUT)
        network.tell("cut 1 2")
        wait_until(begin, HEAL)
        network.tell("heal 1 2")
        heard = cluster.reports()
    finally:
        network.tell("heal 1 2")
        cluster.stop()
    everybody = {f"p{i}" for i in range(PLAYERS)}
    for at, rows in heard.items():
        missing = everybody - {at} - set(rows)
        if missing:
            raise AssertionError(f"at the end {at} does not hear {', '.join(sorted(missing))}")
    node = {f"p{i}": i % NODES for i in range(PLAYERS)}
    gaps = {(at, name): row["longest_gap_ms"] for at, rows in heard.items() for name, row in rows.items()}
    # Between the two other nodes the partition is the longest gap
    return ([gap for (at, name), gap in gaps.items() if 0 in (node[at], node[name])],
            [gap for (at, name), gap in gaps.items() if 0 != node[at] == node[name]])


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("binaries", type=pathlib.Path)
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--delay", type=float, default=20.0)
    options = words.parse_args()
    if os.geteuid() != 0 or not shutil.which("ip"):
        print("mesh: needs root and iproute2, for network namespaces")
        sys.exit(77)
    silences = []
    network = Network(options.binaries, NODES + PLAYERS, options.delay)
    try:
        with tempfile.TemporaryDirectory() as folder:
            tone = pathlib.Path(folder) / "tone.wav"
            subprocess.run([options.binaries / "jamnet-lab", "band", "--part", "guitar", "--seconds", "5", "--rate", "48000",
                            "--out", tone], check=True, stdout=subprocess.DEVNULL)
            for number in range(options.runs):
                silence, other = run(options.binaries, network, pathlib.Path(folder), tone)
                silences += silence
                print(f"run {number + 1}: everybody hears everybody; longest gap after the kill "
                      f"{statistics.median(silence):.0f} ms (median), {max(silence):.0f} ms at most; "
                      f"where nothing happened {max(other):.0f} ms at most", flush=True)
    finally:
        network.close()
    silences.sort()
    print(f"{len(silences)} pairs: p50 {silences[len(silences) // 2]:.0f} ms, "
          f"p90 {silences[len(silences) * 9 // 10]:.0f} ms, longest {silences[-1]:.0f} ms")


main()
