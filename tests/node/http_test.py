#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Health, metrics, draining and the watchdog of a running node.

  http_test.py BIN_FOLDER pages|separate_metrics|hostile|stuck|paused|draining...
"""
import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from nodes import PATIENCE, Node, clean_environment, wait_for

BIN = pathlib.Path(sys.argv[1])
NODE = str(BIN / "jamnet-node")
ANY = ["--http", "127.0.0.1:0"]
COUNTERS = {"datagrams_total": {"in", "out"}, "bytes_total": {"in", "out"},
            "rejected_datagrams_total": {"malformed", "unknown", "unsealed", "replayed", "full", "misplaced"}}
GAUGES = {"build_info", "start_time_seconds", "users", "rooms", "siblings", "draining", "loop_heartbeat_age_seconds",
          "loop_longest_turn_seconds"}


def parse(text):
    """Reads the text format strictly: HELP, TYPE, then samples of that name."""
    samples, helped, kind, name = {}, None, None, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped = line.split(" ", 3)[2]
            assert line.split(" ", 3)[3].endswith("."), line
        elif line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            assert name == helped and kind in ("gauge", "counter"), line
            assert name not in samples, line
            assert (kind == "counter") == name.endswith("_total"), line
            samples[name] = {}
        else:
            found = re.fullmatch(r'([a-z_]+)(?:\{([a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*)\})? (\S+)', line)
            assert found and found.group(1) == name, line
            samples[name][found.group(2) or ""] = float(found.group(3))
    return samples


def pages():
    with Node(NODE, *ANY, "--region", "here") as node:
        assert node.get("/healthz") == (200, "text/plain; charset=utf-8", "ok\n")
        assert node.get("/readyz")[0] == 200
        assert node.get("/healthz?probe=1")[0] == 200
        for path in ("/", "/health", "/healthz/", "/metrics/x", "/../etc/passwd", "/readyz" + "z" * 600):
            assert node.get(path)[0] == 404, path
        for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
            assert node.get("/healthz", method=method)[0] == 405, method
        status, kind, text = node.get("/metrics")
        assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
        samples = parse(text)
        assert set(samples) == {f"jamnet_{name}" for name in GAUGES | set(COUNTERS)}
        for name, labels in COUNTERS.items():
            assert {re.search('"(.*)"', label).group(1) for label in samples[f"jamnet_{name}"]} == labels
        assert 'region="here"' in list(samples["jamnet_build_info"])[0]
        assert abs(samples["jamnet_start_time_seconds"][""] - time.time()) < 600
        assert samples["jamnet_loop_heartbeat_age_seconds"][""] < PATIENCE
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"hello", ("127.0.0.1", node.port))
        wait_for("the stranger's datagram", lambda: parse(node.get("/metrics")[2])[
            "jamnet_rejected_datagrams_total"]['cause="malformed"'] == 1.0)
        assert node.stop()[::2] == (0, "")


def separate_metrics():
    with Node(NODE, *ANY, "--metrics", "127.1:0") as node:  # Written otherwise, so another free port
        assert node.health != node.metrics
        assert node.get("/metrics")[0] == 404 and node.get("/healthz", node.metrics)[0] == 404
        assert node.get("/metrics", node.metrics)[0] == 200 and node.get("/healthz")[0] == 200
        assert node.stop()[0] == 0
    with Node(NODE, "--metrics", "127.0.0.1:0") as node:
        assert node.health == 0 and node.get("/metrics", node.metrics)[0] == 200


def talk(node, data):
    """Returns all that comes back for raw bytes until the node closes."""
    with socket.create_connection(("127.0.0.1", node.health), PATIENCE) as one:
        one.sendall(data)
        out = b""
        while True:
            try:
                part = one.recv(4096)
            except ConnectionResetError:
                return out
            if not part:
                return out
            out += part


def hostile():
    """Whoever is slow, rude or many loses their own connection and nobody else's."""
    upgrade = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: "
    with Node(NODE, *ANY) as node:
        for data in (b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: a\r\n"):
            assert talk(node, data) == b"", data  # and is closed, or this would fail with a time-out
        assert b" 405 " in talk(node, b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        for rude in (b"\0\1\2\3" * 200, b"BREW /healthz HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 4000 + b"\r\n",
                     upgrade + b"websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                     upgrade + b"h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"):
            answer = talk(node, rude)
            assert not answer or b" 40" in answer[:16], (rude[:40], answer[:80])
        crowd = []
        try:
            for _ in range(200):
                crowd.append(socket.create_connection(("127.0.0.1", node.health), PATIENCE))
                crowd[-1].sendall(b"GET /heal")
            files = len(os.listdir(f"/proc/{node.process.pid}/fd"))
            assert files < 100, f"{files} files are open"
        finally:
            for one in crowd:
                one.close()
        wait_for("health after the crowd", lambda: node.get("/healthz")[0] == 200)
        assert node.stop()[0] == 0


def player(node, folder):
    """Starts a player in a room of the node."""
    key = folder / "key"
    link = subprocess.run([NODE, "--key-file", key, "--address", f"127.0.0.1:{node.port}", "--invite"],
                          capture_output=True, text=True, check=True, env=clean_environment()).stdout
    (folder / "link").write_text(link)
    process = subprocess.Popen([BIN / "jamnet", "--headless", "--audio", "virtual", "--no-midi", f"@{folder}/link"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=clean_environment(XDG_CONFIG_HOME=str(folder)))
    wait_for("the player", lambda: node.gauge("users") == 1.0)
    return process


def ready_is_refused(node):
    return node.get("/readyz")[0] == 503


def draining(folder):
    """A node asked to stop waits for its players, no longer than told, and not when told twice."""
    if not (BIN / "jamnet").exists():
        return
    for end in ("the player leaves", "time is up", "a second signal"):
        span = "1" if end == "time is up" else "200"
        with Node(NODE, *ANY, "--key-file", str(folder / "key"), "--drain-seconds", span) as node:
            jamnet = player(node, folder)
            try:
                node.process.send_signal(signal.SIGINT)
                if end != "time is up":
                    wait_for("a refusal of /readyz", lambda: ready_is_refused(node))
                    assert node.get("/healthz")[0] == 200 and node.gauge("draining") == 1.0
                    assert node.process.poll() is None
                if end == "the player leaves":
                    jamnet.terminate()
                elif end == "a second signal":
                    node.process.send_signal(signal.SIGTERM)
                out, errors = node.process.communicate(timeout=PATIENCE)
                assert (node.process.returncode, errors) == (0, ""), (end, errors)
                assert "has stopped" in out, end
            finally:
                jamnet.kill()
                jamnet.wait()


def freeze(process):
    """Stops the network thread alone, as a debugger does. Returns its id, or None where that is forbidden."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        if (task / "comm").read_text().strip() == "jam-network":
            seize, interrupt, thread = 0x4206, 0x4207, int(task.name)
            if libc.ptrace(seize, thread, None, None) or libc.ptrace(interrupt, thread, None, None):
                return None
            return thread
    raise AssertionError("there is no network thread")


def stuck():
    """A relay that stops turning shows in /healthz, and then ends the process."""
    with Node(NODE, *ANY, "--watchdog-seconds", "5") as node:
        thread = freeze(node.process)
        if thread is None:
            print("Threads cannot be stopped one by one here: the watchdog was not tried on a running node.")
            return
        wait_for("a refusal of /healthz", lambda: node.get("/healthz")[0] == 503)
        assert node.get("/readyz")[0] == 503
        errors = node.process.stderr.read()
        os.waitpid(thread, 0x40000000)  # We traced it, so it is ours to reap
        assert node.process.wait(PATIENCE) == 3
        assert errors.count("\n") == 1 and "has been stuck for 5 seconds" in errors, errors


def paused():
    """A process that was stopped as a whole is not stuck."""
    with Node(NODE, *ANY, "--watchdog-seconds", "3") as node:
        node.process.send_signal(signal.SIGSTOP)
        time.sleep(5)
        node.process.send_signal(signal.SIGCONT)
        wait_for("health", lambda: node.get("/healthz")[0] == 200)
        assert node.stop()[::2] == (0, "")


def main():
    if sys.argv[2] == "draining":
        with tempfile.TemporaryDirectory() as folder:
            draining(pathlib.Path(folder))
        return
    for name in sys.argv[2:]:
        print(name, flush=True)
        {"pages": pages, "separate_metrics": separate_metrics, "hostile": hostile, "stuck": stuck, "paused": paused}[name]()


main()
