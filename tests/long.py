#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The long tier of ./check: what takes hours, in slices that can be resumed,
on all processors.

  long.py [--hours H] [--only NAME] [--restart]

State and result stand in build/long.json: commit, and for each job the seeds or
seconds done and what failed. A new commit starts anew. Exit status 0 when every
job is complete without a failure, 3 when stopped before that, 1 on a failure.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
STATE = ROOT / "build/long.json"
FUZZERS = ["wire_reader", "wire_text", "jellie_decode", "jellie_encode", "midip2p_input", "synchub_message", "toast_input",
           "nodemesh_message"]
# Sized to end within an hour on two processors; the corpora of fuzzers go on growing from run to run
SEEDS, SEEDS_WITH_SOUND, SEEDS_OF_MESH, SEEDS_OF_CLOCKS = 3000, 200, 1000, 300
FUZZ_SECONDS, SOAK_SECONDS, DRIFT_SECONDS = 300, 3600, 10800
STORMS = 100000
SLICE = 50


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True).stdout.strip()
    dirty = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "HEAD") + ("-dirty" if dirty else "")


def load(restart):
    head = commit()
    if STATE.exists() and not restart:
        state = json.loads(STATE.read_text())
        if state.get("commit") == head:
            return state
    return {"commit": head, "started": int(time.time()), "seconds": 0, "jobs": {}}


def save(state):
    STATE.parent.mkdir(exist_ok=True)
    temporary = STATE.with_suffix(".new")
    temporary.write_text(json.dumps(state, indent=1) + "\n")
    os.replace(temporary, STATE)


def run(argv, env=None):
    done = subprocess.run(argv, capture_output=True, text=True, env=dict(os.environ, **(env or {})))
    return done.returncode, (done.stdout + done.stderr)[-2000:]


def seeds(job, wanted, extra):
    """One slice of simulator seeds, numbered from 1000: the quick tier has played the first."""
    first = 1000 + job["done"]
    count = min(SLICE if not extra else 10, wanted - job["done"])
    status, text = run([str(BIN / "sim_seeds"), str(first), str(count), *extra])
    job["done"] += count
    if status:
        job["failures"].append(text)


def storms(job, wanted, _):
    """Patterns of loss, bursts and restarts over MIDI links; every packet taken in is checked."""
    count = min(2000, wanted - job["done"])
    status, text = run([str(BIN / "midip2p_storms"), str(job["done"]), str(count)])
    job["done"] += count
    if status:
        job["failures"].append(text)
    elif text.strip():
        job["accepted"] = job.get("accepted", 0) + json.loads(text.strip().splitlines()[-1])["accepted"]


def fuzz(job, wanted, target):
    """One slice of a fuzzer, on the corpus that earlier slices have grown."""
    corpus = ROOT / "build/corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    span = min(60, wanted - job["done"])
    status, text = run([str(ROOT / f"build/fuzz/bin/fuzz_{target}"), f"-max_total_time={span}", "-print_final_stats=1",
                        f"-artifact_prefix={ROOT}/build/crash-{target}-", str(corpus),
                        str(ROOT / "tests/fuzz/corpus" / target)])
    job["done"] += span
    for line in text.splitlines():
        if "number_of_executed_units" in line:
            job["executions"] = job.get("executions", 0) + int(line.split()[-1])
    if status:
        job["failures"].append(text)


def whole(job, wanted, program):
    """A test that plays for hours, or a thousand seeds, when asked to."""
    status, text = run([str(BIN / program)], {"JAM_LONG": "1", "CK_FORK": "no"})
    job["done"], job["says"] = wanted, text.strip().splitlines()
    if status:
        job["failures"].append(text)


def clocks(job, wanted, _):
    """Clock estimates over simulated internet paths: quantiles need all seeds at once."""
    status, text = run([str(BIN / "clock_seeds"), "1000", str(wanted)])
    job["done"], job["says"] = wanted, text.strip().splitlines()
    if status:
        job["failures"].append(text)


def image(job, wanted, _):
    """The node's container image, built and run; see tests/node/image.sh."""
    status, text = run([str(ROOT / "tests/node/image.sh"), str(BIN)])
    job["done"], job["says"] = wanted, text.strip().splitlines()
    if status == 77:
        job["skipped"] = text.strip()
    elif status:
        job["failures"].append(text)


def jobs():
    yield "seeds", SEEDS, seeds, []
    yield "seeds_with_sound", SEEDS_WITH_SOUND, seeds, ["--sound"]
    yield "seeds_of_mesh", SEEDS_OF_MESH, seeds, ["--mesh"]
    yield "clocks", SEEDS_OF_CLOCKS, clocks, None
    yield "soak", SOAK_SECONDS, whole, "check_sim_jam"
    yield "drift", DRIFT_SECONDS, whole, "check_sim_drift"
    yield "transport", 1, whole, "check_sim_transport"
STORMS = 100000
    yield "image", 1, image, None
    for target in FUZZERS:
        yield f"fuzz_{target}", FUZZ_SECONDS, fuzz, target


class Tier:
    """The jobs of one run, side by side; their state is one file."""

    def __init__(self, options):
        self.state = load(options.restart)
        self.begin = time.time()
        self.end = self.begin + options.hours * 3600
        self.earlier = self.state["seconds"]
        self.lock = threading.Lock()

    def job(self, name, wanted):
        with self.lock:
            return self.state["jobs"].setdefault(name, {"done": 0, "wanted": wanted, "failures": []})

    def keep(self):
        with self.lock:
            self.state["seconds"] = self.earlier + int(time.time() - self.begin)
            save(self.state)

    def play(self, name, wanted, work, argument):
        """All slices of a job; false when time ran out before the last."""
        job = self.job(name, wanted)
        while job["done"] < wanted:
            if time.time() > self.end:
                return False
            work(job, wanted, argument)
            self.keep()
            print(f"{name}: {job['done']} of {wanted}, {len(job['failures'])} failed", flush=True)
        return True

    def run(self, only):
        wished = []
        for name, wanted, work, argument in jobs():
            if only and only != name:
                continue
            if work is fuzz and not (ROOT / f"build/fuzz/bin/fuzz_{argument}").exists():
                self.job(name, wanted)["skipped"] = "clang-22 is not here"
                continue
            wished.append((name, wanted, work, argument))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            complete = list(pool.map(lambda words: self.play(*words), wished))
        self.keep()
        return all(complete)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--hours", type=float, default=12.0)
    words.add_argument("--only")
    words.add_argument("--restart", action="store_true")
    options = words.parse_args()
    tier = Tier(options)
    if not tier.run(options.only):
        print("Out of time; run again to go on.")
        return 3
    failed = [name for name, job in tier.state["jobs"].items() if job["failures"]]
    print(f"Done: {STATE.relative_to(ROOT)}" + (f"; failed: {', '.join(failed)}" if failed else "; nothing failed."))
    return 1 if failed else 0


sys.exit(main())
