#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Settings of jamnet-node: every mistake one sentence that says where it stands, and what wins over what.

  options_test.py BIN_FOLDER
"""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

from nodes import Node, clean_environment

NODE = str(pathlib.Path(sys.argv[1]) / "jamnet-node")
SECRET = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
FREE = ["--listen", "127.0.0.1:0"]


def run(*options, env=None):
    done = subprocess.run([NODE, *options], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
                          env=clean_environment(**(env or {})))
    return done.returncode, done.stdout, done.stderr


def refuses(status, words, *options, env=None):
    """One sentence on standard error that holds `words`, nothing on standard output."""
    got, out, errors = run(*options, env=env)
    assert got == status, (options, env, got, errors)
    assert all(word in errors for word in words.split("|")), (options, env, errors)
    assert errors.startswith("jamnet-node: ") and errors.count("\n") == 1 and errors.endswith(".\n"), errors
    assert out == "", out


def settings_table():
    """Flags, variables and keys as --help shows them."""
    flags = re.findall(r"^  --([a-z-]+) [A-Z]", run("--help")[1], re.M)
    return [flag for flag in flags if flag not in ("config",)] + ["quiet"]


def wrong_flags():
    refuses(2, "'extra'|--help", "extra")
    refuses(2, "'--nonsense'|--help", "--nonsense")
    refuses(2, "'--max-users'|needs a value", "--max-users")
    refuses(2, "--invite needs", "--invite")
    for value in ("none", "", "-1", "0", "4097", "1.5", "99999999999999999999", "64 ", "0x10"):
        refuses(2, "--max-users|from 1 to 4096|'" + value + "'", "--max-users", value)
    refuses(2, "--node-id|from 0 to 1023", "--node-id", "1024")
    refuses(2, "--drain-seconds|from 0 to 240", "--drain-seconds", "241")
    refuses(2, "--watchdog-seconds|from 0 to 3600", "--watchdog-seconds", "x")
    for value in ("here", "1.2.3.4", "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:65536", "1.2.3.4:1,", ",1.2.3.4:1", "a:1,,b:2"):
        for flag in ("--listen", "--peers", "--discover", "--address"):
            refuses(2, f"{flag} takes HOST:PORT|'{value}'", flag, value)
    for value in ("here", "1.2.3.4:1,1.2.3.4:2x", "8080"):
        for flag in ("--http", "--metrics"):
            refuses(2, f"{flag} takes ADDR:PORT|'{value}'", flag, value)
    refuses(2, "--region takes at most", "--region", "x" * 2000)


def wrong_variables():
    refuses(2, "JAM_MAX_USERS takes a whole number|'many'", env={"JAM_MAX_USERS": "many"})
    refuses(2, "JAM_LISTEN takes|'here'", env={"JAM_LISTEN": "here"})
    refuses(2, "JAM_QUIET takes true or false", env={"JAM_QUIET": "perhaps"})
    refuses(2, "JAM_HTTP takes ADDR:PORT", env={"JAM_HTTP": "8080"})
    refuses(2, "JAM_METRICS takes ADDR:PORT", env={"JAM_METRICS": ":"})
    refuses(2, "/nowhere/at/all|cannot be read", env={"JAM_CONFIG": "/nowhere/at/all"})
    refuses(1, "secret|43 characters", *FREE, env={"JAM_CLUSTER_SECRET": "short"})
    got = run(*FREE, env={"JAM_CLUSTER_SECRET": "this-is-no-secret-but-must-not-be-shown"})
    assert got[0] == 1 and "shown" not in got[2]


def wrong_files(folder):
    config = folder / "node.json"

    def file_refused(text, words):
        config.write_text(text)
        refuses(2, words, "--config", str(config))

    refuses(2, "'/nowhere'|cannot be read", "--config", "/nowhere")
    refuses(2, "cannot be read", "--config", str(folder))
    file_refused("", "is not a JSON object")
    file_refused('{"listen":', "is not a JSON object")
    file_refused("[1]", "is not a JSON object")
    file_refused('{} {}', "is not a JSON object")
    file_refused('{"lisen": "1.2.3.4:1"}', '"lisen"|node.json|is not a setting')
    file_refused('{"cluster_secret": "x"}', '"cluster_secret"|is not a setting')
    file_refused('{"listen": 4460}', '"listen"|takes a text')
    file_refused('{"listen": "here"}', "\"listen\" in '|HOST:PORT|'here'")
    file_refused('{"max_users": "64"}', '"max_users"|takes a number')
    file_refused('{"max_users": 1.5}', "\"max_users\"|from 1 to 4096|'1.5'")
    file_refused('{"max_users": 1e300}', '"max_users"|from 1 to 4096')
    file_refused('{"max_users": -1}', '"max_users"|from 1 to 4096')
    file_refused('{"quiet": "yes"}', '"quiet"|true or false')
    file_refused('{"quiet": null}', '"quiet"|true or false')
    file_refused('{"region": ["a"]}', '"region"|takes a text')
    file_refused("[" * 60000, "is not a JSON object")
    file_refused('{"region": "' + "x" * 70000 + '"}', "cannot be read")


def wrong_together(folder):
    secret = {"JAM_CLUSTER_SECRET": SECRET}
    refuses(2, "one of them", *FREE, "--key-file", str(folder / "k"), env=secret)
    refuses(2, "cluster secret", *FREE, "--peers", "127.0.0.1:1")
    refuses(2, "cluster secret", *FREE, "--discover", "127.0.0.1:1")
    refuses(2, "of a sibling", *FREE, "--peers", "127.0.0.1:0", env=secret)
    refuses(2, "more than four", "--listen", "127.0.0.1:0," * 4 + "127.0.0.1:0")
    refuses(2, "too long for a region", *FREE, "--region", "a-place-far-far-away")
    refuses(1, "no address", "--listen", "192.0.2.99:4460")
    refuses(1, "'nobody.invalid'|cannot be found", "--listen", "nobody.invalid:4460")
    refuses(1, "'nobody.invalid'|cannot be found", *FREE, "--address", "nobody.invalid:4460", env=secret)
    refuses(1, "no file '/nowhere/secret'", *FREE, "--cluster-file", "/nowhere/secret")
    refuses(1, "no address|192.0.2.99", *FREE, "--http", "192.0.2.99:1")
    refuses(1, "no address|nobody.invalid", *FREE, "--metrics", "nobody.invalid:1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refuses(1, f"already listens|{port}|TCP", *FREE, "--http", f"127.0.0.1:{port}")
        refuses(1, f"already listens|{port}|TCP", *FREE, "--metrics", f"127.0.0.1:{port}", "--check")
    bad = folder / "bad"
    bad.write_text("not a key\n")
    bad.chmod(0o600)
    for flag in ("--key-file", "--cluster-file"):
        refuses(1, "does not hold a node key", *FREE, flag, str(bad))
    bad.chmod(0o644)
    for flag in ("--key-file", "--cluster-file"):
        refuses(1, "only its owner can read", *FREE, flag, str(bad))
        refuses(1, "only its owner can read", *FREE, flag, str(bad), "--check")


def players(*options, env=None):
    status, out, errors = run(*FREE, "--check", *options, env=env)
    assert (status, errors) == (0, ""), errors
    return int(re.search(r"(\d+) players", out).group(1))


def precedence(folder):
    config = folder / "node.json"
    config.write_text(json.dumps({"max_users": 10, "quiet": True}))
    other = folder / "other.json"
    other.write_text(json.dumps({"max_users": 11}))
    assert players() == 64
    assert players("--config", str(config)) == 10
    assert players(env={"JAM_CONFIG": str(config)}) == 10
    assert players("--config", str(other), env={"JAM_CONFIG": str(config)}) == 11
    assert players("--config", str(config), env={"JAM_MAX_USERS": "20"}) == 20
    assert players("--config", str(config), env={"JAM_MAX_USERS": ""}) == 10
    assert players("--config", str(config), "--max-users", "30", env={"JAM_MAX_USERS": "20"}) == 30


def every_setting_has_three_names(folder):
    """Flag, variable and key of each setting do the same."""
    flags = settings_table()
    assert len(flags) == 14, flags
    for flag in flags:
        key = flag.replace("-", "_")
        variable = "JAM_" + key.upper()
        if flag == "quiet":
            assert run(*FREE, "--check", env={variable: "1"})[0] == 0
            continue
        value = "x" * 2000  # Wrong for all
        refuses(2, f"--{flag}", f"--{flag}", value)
        refuses(2, variable, env={variable: value})
        (folder / "one.json").write_text(json.dumps({key: {}}))
        refuses(2, f'"{key}"', "--config", str(folder / "one.json"))


def check(folder):
    """--check says what it would do and leaves nothing behind."""
    key = folder / "new.key"
    status, out, errors = run(*FREE, "--check", "--key-file", str(key), "--http", "127.0.0.1:0")
    assert (status, errors) == (0, "") and not key.exists()
    assert "will be made" in out and "UDP         127.0.0.1:" in out and "health      127.0.0.1:0" in out
    secret = {"JAM_CLUSTER_SECRET": SECRET}
    status, out, errors = run(*FREE, "--check", "--peers", "127.0.0.1:4461,[::1]:4462", "--discover", "nobody.invalid:1",
                              "--address", "192.0.2.1:4460", "--region", "here", env=secret)
    assert (status, errors) == (0, ""), errors
    for words in ("127.0.0.1:4461, [::1]:4462", "192.0.2.1:4460", "region      here", "cluster     yes"):
        assert words in out, (words, out)
    assert SECRET not in out
    refuses(1, "'nobody.invalid'|cannot be found", *FREE, "--check", "--peers", "nobody.invalid:1", env=secret)
    status, out, _ = run("--check", "--listen", "fly-global-services:0")
    assert status == 0 and "unknown outside Fly.io" in out, out
    with Node(NODE) as node:
        refuses(1, "already listens", "--check", "--listen", f"127.0.0.1:{node.port}")


def fly():
    """On Fly.io region and public address come from the environment."""
    env = {"JAM_CLUSTER_SECRET": SECRET, "FLY_REGION": "fra", "FLY_APP_NAME": "no-such-app-at-all.invalid"}
    refuses(1, "no-such-app-at-all.invalid.fly.dev", *FREE, env=env)
    status, out, _ = run(*FREE, "--check", "--address", "192.0.2.7:1", env=env)
    assert status == 0 and "192.0.2.7:1" in out and "region      fra" in out, out
    assert run(*FREE, "--check", env={"FLY_APP_NAME": "no-such-app-at-all.invalid"})[0] == 0  # Alone: nobody is told
    link = run("--invite", "--listen", "x:4461,y:4462", env=dict(env, FLY_APP_NAME="jam-fra"))[1]
    assert link.startswith("jamnet://jam-fra.fly.dev:4461/#"), link


def secrets(folder):
    """A secret is drawn, kept in a file or passed by the environment, and cannot be read from there afterwards."""
    status, drawn, _ = run("--new-secret")
    assert status == 0 and re.fullmatch(r"[A-Za-z0-9_-]{43}\n", drawn) and drawn != run("--new-secret")[1]
    file = folder / "cluster"
    file.write_text(drawn)
    file.chmod(0o600)
    invites = [run("--invite", "--address", "127.0.0.1:4460", *more, env=env)[1] for more, env in (
        (["--cluster-file", str(file)], {}), ([], {"JAM_CLUSTER_SECRET": drawn.strip()}), ([], {"JAM_CLUSTER_SECRET": drawn}))]
    assert len({link.split(".")[-2] for link in invites}) == 1 and len(set(invites)) == 3, invites
    with Node(NODE, env={"JAM_CLUSTER_SECRET": drawn.strip()}) as node:
        environment = pathlib.Path(f"/proc/{node.process.pid}/environ")
        if os.path.exists(environment):
            assert drawn.strip().encode() not in environment.read_bytes()
        assert node.stop()[0] == 0


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        wrong_flags()
        wrong_variables()
        wrong_files(folder)
        wrong_together(folder)
        precedence(folder)
        every_setting_has_three_names(folder)
        check(folder)
        fly()
        secrets(folder)


main()
