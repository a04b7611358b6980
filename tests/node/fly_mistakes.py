#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each planted mistake in fly.toml or Dockerfile must be found by a sentence of its own, and nothing else be said.

  fly_mistakes.py ROOT
"""
import copy
import sys

from check_fly import check, read

FLY, DOCKERFILE, TABLE = read(sys.argv[1])


def put(*path_and_value):
    """A mistake in fly.toml: sets, or with None removes, what stands at a path."""
    *path, key, value = path_and_value

    def apply(fly):
        for step in path:
            fly = fly[step]
        if value is None:
            del fly[key]
        else:
            fly[key] = value
    return apply, None


def docker(old, new):
    """A mistake in the Dockerfile."""
    assert old in DOCKERFILE, old
    return None, (old, new)


UDP = ("services", 0)
MISTAKES = [
    (put("kill_singal", "SIGTERM"), "'kill_singal' is not a key"),
    (put("app", "Jam_Fra"), "app must be a name"),
    (put("primary_region", "muc"), "'muc' is not a region"),
    ((put("kill_signal", "SIGKILL")[0], ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL")), "SIGKILL is not one that the node drains on"),
    (put("kill_timeout", 22), "kill_timeout must leave 5 s more than the 20 s"),
    (put("kill_timeout", 301), "at most 300"),
    (put("env", "JAM_DRAIN_SECONDS", "29"), "more than the 29 s"),
    (put("deploy", "strategy", "bluegreen"), "deploy.strategy"),
    (put("restart", 0, "policy", "never"), "restart.policy"),
    (put("vm", 0, "size", "shared-cpu-1x"), "shared CPUs are throttled"),
    (put("vm", None), "vm.size"),
    (put("env", "JAM_MAX_USERS", 64), "JAM_MAX_USERS must be a text"),
    (put("env", "FLY_REGION", "fra"), "belong to Fly.io"),
    (put("env", "JAM_LISTN", "x"), "JAM_LISTN is no setting"),
    (put("env", "JAM_CLUSTER_SECRET", "x"), "fly secrets set"),
    (put("env", "JAM_LISTEN", "0.0.0.0:4460,fly-local-6pn:4460"), "must name fly-global-services"),
    (put("env", "JAM_LISTEN", "fly-global-services:4460"), "must name fly-local-6pn"),
    (put("env", "JAM_LISTEN", "fly-global-services:4460,fly-local-6pn:4461"), "use UDP port 4460 throughout"),
    (put("env", "JAM_HTTP", "fly-global-services:8080"), "JAM_HTTP must listen on 0.0.0.0"),
    (put("env", "JAM_METRICS", "127.0.0.1:9091"), "JAM_METRICS must listen on 0.0.0.0"),
    (put(*UDP, "auto_stop_machines", "suspend"), "auto_stop_machines"),
    (put(*UDP, "auto_stop_machines", False), "auto_stop_machines"),
    (put(*UDP, "auto_start_machines", None), "auto_start_machines"),
    (put(*UDP, "min_machines_running", 2), "only one gets the UDP"),
    (put(*UDP, "ports", 0, "handlers", ["tls"]), "no handlers"),
    (put(*UDP, "ports", 0, "port", 443), "not rewritten"),
    (put("services", [FLY["services"][0]] * 2), "one UDP service, not 2"),
    (put("checks", "relay", "port", 8081), "HTTP check of /readyz"),
    (put("checks", "relay", "path", "/"), "HTTP check of /readyz"),
    (put("checks", None), "HTTP check of /readyz"),
    (put("checks", "relay", "type", "tcp"), "must be of type http"),
    (put("checks", "relay", "timeout", None), "needs interval, timeout"),
    (put("metrics", 0, "port", 8080), "metrics must fetch"),
    (put("metrics", 0, "path", "/"), "metrics must fetch"),
    (docker("4460/udp", "4460/tcp"), "must EXPOSE 4460/udp 8080/tcp 9091/tcp"),
    (docker("USER 10001:10001\n", ""), "numeric USER"),
    (docker("USER 10001:10001", "USER root"), "numeric USER"),
    (docker("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGINT"), "STOPSIGNAL"),
    (docker('ENTRYPOINT ["/usr/local/bin/jamnet-node"]', "ENTRYPOINT jamnet-node"), "JSON list"),
    (docker("COPY core core", "COPY . ."), "must name what it copies"),
    (docker("libwebsockets17 \\\n    && rm -rf /var/lib/apt/lists/*", "libwebsockets17"), "remove the package lists"),
    (docker("FROM docker.io/library/debian:bookworm-slim\n", "FROM debian:latest\n"), "must build from"),
]


def main():
    assert check(FLY, DOCKERFILE, TABLE) == []
    failed = 0
    for (change, text), words in MISTAKES:
        fly = copy.deepcopy(FLY)
        if change:
            change(fly)
        found = check(fly, DOCKERFILE.replace(*text) if text else DOCKERFILE, TABLE)
        if len(found) != 1 or words not in found[0]:
            print(f"expected '{words}', got {found}")
            failed += 1
    other = copy.deepcopy(FLY)
    other["env"]["JAM_LISTEN"] = "fly-global-services:4461,fly-local-6pn:4461"
    other["services"][0]["internal_port"] = other["services"][0]["ports"][0]["port"] = 4461
    found = check(other, DOCKERFILE.replace("4460/udp", "4461/udp"), TABLE)
    if len(found) != 1 or "node's default" not in found[0]:
        print(f"expected the node's default, got {found}")
        failed += 1
    print(f"{len(MISTAKES) + 1} mistakes, {failed} not found as they should be")
    return 1 if failed else 0


sys.exit(main())
