#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rules that fly.toml and Dockerfile must keep, beyond being well-formed. No account and no network needed.

  check_fly.py ROOT     prints a sentence for each mistake; exit status 0: none, 1: some
"""
import json
import pathlib
import re
import sys
import tomllib

REGIONS = "ams arn bom cdg dfw ewr fra gru iad jnb lax lhr nrt ord sin sjc syd yyz".split()
TOP_LEVEL = {"app", "primary_region", "kill_signal", "kill_timeout", "build", "env", "deploy", "services", "checks",
             "metrics", "vm", "restart"}
SIGNALS = {"SIGTERM", "SIGINT"}  # That jamnet-node drains on
BASE = "docker.io/library/debian:bookworm-slim"


def port_of(address):
    return int(address.rsplit(":", 1)[1]) if re.search(r":\d+$", address or "") else None


def general(fly):
    for key in sorted(set(fly) - TOP_LEVEL):
        yield f"'{key}' is not a key this project uses: is it misspelt?"
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", fly.get("app", "")):
        yield "app must be a name of small letters, digits and hyphens."
    if fly.get("primary_region") not in REGIONS:
        yield f"primary_region '{fly.get('primary_region')}' is not a region of Fly.io."
    if fly.get("kill_signal", "SIGINT") not in SIGNALS:
        yield f"kill_signal {fly['kill_signal']} is not one that the node drains on."
    drain = int(fly.get("env", {}).get("JAM_DRAIN_SECONDS", 5))
    if not drain + 5 <= fly.get("kill_timeout", 5) <= 300:
        yield f"kill_timeout must leave 5 s more than the {drain} s of draining, and be at most 300."
    if fly.get("deploy", {}).get("strategy") not in ("rolling", "immediate"):
        yield "deploy.strategy must be rolling or immediate: others run two owners of the UDP port at once."
    if not all(rule.get("policy") == "always" for rule in fly.get("restart", [{}])):
        yield "restart.policy must be always: a stuck node ends itself."
    if not fly.get("vm") or not all(vm.get("size", "").startswith("performance-") for vm in fly["vm"]):
        yield "vm.size must be a performance- one: shared CPUs are throttled."


def environment(fly, known):
    env = fly.get("env", {})
    for key, value in env.items():
        if not isinstance(value, str):
            yield f"env {key} must be a text in quotes."
        if key.startswith("FLY_"):
            yield f"env {key}: names that begin with FLY_ belong to Fly.io."
        elif key.startswith("JAM_") and key not in known:
            yield f"env {key} is no setting of jamnet-node."
        if "SECRET" in key:
            yield f"env {key}: secrets are set by 'fly secrets set', not kept in a file."
    hosts = dict(item.rsplit(":", 1) for item in env.get("JAM_LISTEN", "").split(",") if ":" in item)
    for host, why in (("fly-global-services", "answers to players would come from another address"),
                      ("fly-local-6pn", "siblings could not reach it")):
        if host not in hosts:
            yield f"JAM_LISTEN must name {host}: else {why}."
    for key in ("JAM_HTTP", "JAM_METRICS"):
        if not env.get(key, "").startswith("0.0.0.0:"):
            yield f"{key} must listen on 0.0.0.0: TCP does not come by the UDP address."


def services(fly):
    udp = [service for service in fly.get("services", []) if service.get("protocol") == "udp"]
    env = fly.get("env", {})
    if len(udp) != 1:
        yield f"There must be one UDP service, not {len(udp)}."
    for service in fly.get("services", []):
        name = f"The {service.get('protocol')} service on {service.get('internal_port')}"
        if service.get("auto_stop_machines") != "off" or service.get("auto_start_machines") is not False:
            yield f"{name} must have auto_stop_machines \"off\" and auto_start_machines false."
        if service.get("min_machines_running", 0) > 1:
            yield f"{name} must not run several Machines: only one gets the UDP datagrams."
    for service in udp:
        port = service.get("internal_port")
        outside = [each.get("port") for each in service.get("ports", [])]
        if any("handlers" in each for each in service.get("ports", [])):
            yield "UDP ports have no handlers."
        if outside != [port]:
            yield f"UDP ports are not rewritten: outside must be {port}, not {outside}."
        if {port_of(item) for item in env.get("JAM_LISTEN", "").split(",")} != {port}:
            yield f"JAM_LISTEN must use UDP port {port} throughout."


def watching(fly):
    env = fly.get("env", {})
    http, metrics = port_of(env.get("JAM_HTTP")), port_of(env.get("JAM_METRICS"))
    checks = [(check.get("port"), check) for check in fly.get("checks", {}).values()]
    for service in fly.get("services", []):
        checks += [(service.get("internal_port"), check) for check in service.get("http_checks", [])]
    if not any(port == http and check.get("path") in ("/readyz", "/healthz") for port, check in checks):
        yield "There must be an HTTP check of /readyz or /healthz on the port of JAM_HTTP: UDP itself cannot be checked."
    for port, check in checks:
        if check.get("type", "http") != "http":
            yield f"The check of port {port} must be of type http: that a port is open says nothing about the relay."
        if not check.get("interval") or not check.get("timeout") or not check.get("grace_period"):
            yield f"The check of port {port} needs interval, timeout and grace_period."
    if not any(each.get("port") == metrics and each.get("path") == "/metrics" for each in fly.get("metrics", [])):
        yield "metrics must fetch /metrics from the port of JAM_METRICS."


def instructions(dockerfile):
    lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.M)).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if len(line.split(None, 1)) == 2]


def image(fly, dockerfile):
    env, parts = fly.get("env", {}), instructions(dockerfile)
    wanted = {f"{port_of(env.get('JAM_HTTP'))}/tcp", f"{port_of(env.get('JAM_METRICS'))}/tcp"}
    wanted |= {f"{each.get('internal_port')}/udp" for each in fly.get("services", []) if each.get("protocol") == "udp"}
    last = {}
    for name, value in parts:
        last[name] = value
        if name == "FROM" and value.split()[0] != BASE:
            yield f"Dockerfile must build from {BASE}, not {value.split()[0]}."
        if name in ("COPY", "ADD") and value.split()[0] in (".", "./"):
            yield "Dockerfile must name what it copies, or build folders come along."
        if name == "RUN" and "apt-get install" in value and "rm -rf /var/lib/apt/lists" not in value:
            yield "Dockerfile must remove the package lists in the step that fetched them."
    if set(last.get("EXPOSE", "").split()) != wanted:
        yield f"Dockerfile must EXPOSE {' '.join(sorted(wanted))}, as fly.toml uses them."
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", last.get("USER", "")):
        yield "Dockerfile must have a numeric USER other than 0."
    if last.get("STOPSIGNAL") != fly.get("kill_signal", "SIGINT"):
        yield "STOPSIGNAL of the Dockerfile must be the kill_signal of fly.toml."
    try:
        entry = json.loads(last.get("ENTRYPOINT", ""))
    except ValueError:
        entry = None
    if not isinstance(entry, list) or not entry or not entry[0].startswith("/"):
        yield "ENTRYPOINT must be a JSON list: a shell would keep the signals."
    if sum(name == "FROM" for name, _ in parts) < 2:
        yield "Dockerfile must leave the compiler behind in a stage of its own."


def defaults(fly, default_listen):
    for service in fly.get("services", []):
        if service.get("protocol") == "udp" and service.get("internal_port") != port_of(default_listen):
            yield f"The UDP port must be the node's default, {port_of(default_listen)}: invites and documents name it."


def check(fly, dockerfile, table):
    """Returns a sentence for each mistake. `table` is the source of the node's settings."""
    known = set(re.findall(r'"(JAM_[A-Z_]+)"', table))
    default_listen = re.search(r'"(0\.0\.0\.0:\d+)"', table).group(1)
    return [*general(fly), *environment(fly, known), *services(fly), *watching(fly), *image(fly, dockerfile),
            *defaults(fly, default_listen)]


def read(root):
    root = pathlib.Path(root)
    return (tomllib.loads((root / "fly.toml").read_text()), (root / "Dockerfile").read_text(),
            (root / "node/settings_table.c").read_text())


def main():
    try:
        found = check(*read(sys.argv[1]))
    except (OSError, tomllib.TOMLDecodeError) as error:
        found = [f"{error}."]
    print("\n".join(found) or "fly.toml and Dockerfile keep the rules.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
