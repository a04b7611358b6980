# SPDX-License-Identifier: MIT
"""A jamnet-node for tests: started on free ports of loopback, stopped by its id."""
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

PATIENCE = 20.0


def clean_environment(**more):
    """The environment without settings, plus `more`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JAM_", "FLY_"))}
    return dict(kept, **more)


def wait_for(what, condition):
    """Asks until the condition holds; says what did not come."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come in {PATIENCE:.0f} s")


class Node:
    """One running node. Use it in a with statement."""

    def __init__(self, binary, *options, env=None):
        self.process = subprocess.Popen([binary, "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=clean_environment(**(env or {})))
        self.first = self.process.stdout.readline()
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.first).group(1))
        self.health = self.metrics = 0
        if any(option in ("--http", "--metrics") for option in options):
            found = re.search(r"TCP port (\d+), metrics on (\d+)", self.process.stdout.readline())
            self.health, self.metrics = int(found.group(1)), int(found.group(2))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def get(self, path, port=None, method="GET"):
        """Returns status, content type and text of a page."""
        request = urllib.request.Request(f"http://127.0.0.1:{port or self.health}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers["Content-Type"], answer.read().decode()

    def gauge(self, name):
        """Returns one unlabelled metric."""
        return float(re.search(rf"^jamnet_{name} (\S+)$", self.get("/metrics", self.metrics)[2], re.M).group(1))

    def stop(self):
        """Returns status, output and errors after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, errors
