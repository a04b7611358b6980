#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""House rules that a compiler does not check.

  lint.py RULE SOURCE_DIR BUILD_DIR COMPILER

Exit status 0: clean, 1: findings (printed), 77: the tool is not here.
"""
import pathlib
import re
import shutil
import subprocess
import sys

RULE, ROOT, BUILD, COMPILER = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4]
MODULES = ["base", "wire", "jellie", "midip2p", "toast", "pntbtr", "playout",
           "synchub", "nodemesh", "session", "io", "api"]
CODE = ["core", "client", "node", "jdat", "plugin-shim"]
MAX_LINES = 400


def files(folders, *suffixes):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def name(path):
    return str(path.relative_to(ROOT))


def includes():
    """A module includes only modules above it in the table."""
    for path in files(["core"], ".c", ".h"):
        module = path.relative_to(ROOT / "core").parts[0]
        if module == "include":
            continue
        for found in re.findall(r'#\s*include "([^"]+)"', path.read_text()):
            other = found.split("/")[0]
            if other not in MODULES:
                yield f"{name(path)}: \"{found}\" does not name its module"
            elif MODULES.index(other) > MODULES.index(module):
                yield f"{name(path)}: {module} may not include {other}"
    for path in files(["client", "node", "plugin-shim"], ".c", ".h"):
        for found in re.findall(r'#\s*include "([^"]+)"', path.read_text()):
            if found.split("/")[0] in MODULES and not found.startswith("base/"):
                yield f"{name(path)}: programs use <jamnet/jamnet.h> and core/base, not {found}"


def headers():
    """Every header compiles alone, as C11."""
    flags = subprocess.run(["pkg-config", "--cflags", "sdl2", "pangocairo", "rtmidi", "portaudio-2.0", "jack", "sndfile", "samplerate", "lv2"],
                           capture_output=True, text=True).stdout.split()
    for path in files(CODE, ".h"):
        if path.name == "rt_poison.h":
            continue
        run = subprocess.run(
            [COMPILER, "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra",
             "-Werror", "-fsyntax-only", "-x", "c", "-I", ROOT / "core",
             "-I", ROOT / "core/include", "-I", path.parent, "-I", ROOT / "client", "-I", ROOT / "plugin-shim",
             *flags, path], capture_output=True, text=True)
        if run.returncode:
            yield f"{name(path)}: {run.stderr.splitlines()[0] if run.stderr else 'does not compile'}"


def length():
    """A file past 400 lines holds two concepts."""
    for path in files(CODE, ".c", ".h"):
        lines = len(path.read_text().splitlines())
        if lines > MAX_LINES and "table" not in path.name:
            yield f"{name(path)}: {lines} lines"


def words():
    """No loose ends and no paths of one machine."""
    here = "|".join(re.escape(f"{folder}/") for folder in (ROOT.resolve(), pathlib.Path.home()))
    bad = re.compile(rf"\b(TODO|FIXME|XXX)\b|{here}")
    tree = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True)
    for file in tree.stdout.split():
        path = ROOT / file
        if path.suffix in (".png", ".wav", ".flac") or not path.is_file() or path.resolve() == pathlib.Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if bad.search(line):
                yield f"{file}:{number}: {line.strip()[:100]}"


def format():
    """.clang-format, by the version it was written for."""
    tool = shutil.which("clang-format-14")
    if not tool:
        sys.exit(77)
    paths = list(files(CODE + ["tests"], ".c", ".h"))
    run = subprocess.run([tool, "--dry-run", "--Werror", *paths], capture_output=True, text=True)
    for line in run.stderr.splitlines():
        if "error:" in line:
            yield line.replace(str(ROOT) + "/", "")


def symbols(path, *flags):
    out = subprocess.run(["nm", *flags, path], capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines() if line.split()}


def rt_symbols():
    """Real-time objects refer only to each other and to the allow-list."""
    objects = sorted(path for folder in CODE for path in (BUILD / folder).rglob("*_rt.c.o"))
    if not any((BUILD / "core") in path.parents for path in objects):
        yield "no *_rt.c.o below the build folder"
    allowed = [line for line in (ROOT / "tests/lint/rt_symbols.txt").read_text().splitlines()
               if line and not line.startswith("#")]
    pattern = re.compile("|".join(f"(?:{line})" for line in allowed))
    defined = set().union(*(symbols(path, "--defined-only") for path in objects)) if objects else set()
    for path in objects:
        for symbol in sorted(symbols(path, "-u") - defined):
            if not pattern.fullmatch(symbol):
                yield f"{path.name}: {symbol}"


def exports():
    """Modules define only names with their prefix, plug-ins show one symbol."""
    for library, wanted in (("lib/libjam_shim.so", "jam_shim_get"), ("lv2/jamnet.lv2/jam.so", "lv2_descriptor")):
        if (BUILD / library).exists():
            for symbol in sorted(symbols(BUILD / library, "-D", "--defined-only") ^ {wanted}):
                yield f"{library}: {symbol}"
    prefixes = {"base": "jam", "api": "jam"}
    for module in MODULES:
        library = BUILD / f"core/libjam_{module}.a"
        if not library.exists():
            continue
        prefix = prefixes.get(module, module) + "_"
        alternatives = (prefix, "client_", "node_") if module == "session" else (prefix,)
        out = subprocess.run(["nm", "-g", "--defined-only", library], capture_output=True, text=True).stdout
        for line in out.splitlines():
            parts = line.split()
            if len(parts) == 3 and parts[1] in "TDBRC" and not parts[2].startswith(alternatives + ("__",)):
                yield f"{module}: {parts[2]}"


findings = list({"includes": includes, "headers": headers, "length": length, "words": words,
                 "format": format, "rt_symbols": rt_symbols, "exports": exports}[RULE]())
print("\n".join(findings))
sys.exit(1 if findings else 0)
