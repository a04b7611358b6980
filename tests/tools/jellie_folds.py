#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How small JELLIE's packets get for sound that the table has never met.

  jellie_folds.py MATERIAL CLIPS OUT BIN [--lab] [--lanes N] [--bits N] [OPTION ...]

MATERIAL is made by jellie_material.py; CLIPS are audio files named
FAMILY_anything. Three tables are trained with BIN/jellie_train (further options
go to it), each on what is left when whole families of instruments are taken
out of material and clips alike; each then codes the clips of its families. The
tables stay in OUT as fold0.txt .. fold2.txt; those that are there are not
trained again. Prints a line of JSON per clip, bytes divided by those of JackTrip's packets
at 32, 64, 128 and 256 samples, and a last one with mean and maximum. With --lab, BIN/jamnet-lab
codes (the product's codec); otherwise jellie_train counts bits of one lane.
"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys

FOLDS = [{"voice", "strings"}, {"guitar", "bass", "keys", "piano"}, {"drums", "perc", "winds", "mix"}]
FRAMES = ["32", "64", "128", "256"]
CLIP_WEIGHT = 0.5
FLOOR = "-98"  # dBFS of noise under 24 bit


def option(arguments, name, value):
    if name not in arguments:
        return value
    at = arguments.index(name)
    del arguments[at]
    return arguments.pop(at)


def family(path):
    return path.stem.split("_")[0]


def noise(bits):
    return ["--noise", FLOOR] if bits == "24" else []


def train(material, clips, held_out, table, program, options):
    """Clips are given file by file, as folders of links, so that weights hold."""
    folders = [line for line in (material / "folders").read_text().split() if line.split("/")[0] not in held_out]
    for clip in clips:
        if family(clip) not in held_out:
            link = table.parent / "clips" / clip.stem / clip.name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(clip.resolve())
            folders.append(f"{link.parent.resolve()}={CLIP_WEIGHT}")
    subprocess.run([program, "--out", table.resolve(), *options, *folders], cwd=material, check=True)


def code_with_lab(lab, table, bits, lanes, clips):
    """The lab prints a line per clip and packet length."""
    out = {clip.name: {} for clip in clips}
    for frames in FRAMES:
        run = subprocess.run([lab, "jdat", "--table", table, "--bits", bits, "--lanes", lanes, "--frames", frames, *noise(bits), *clips],
                             stdout=subprocess.PIPE, text=True, check=True)
        for line in run.stdout.splitlines():
            found = json.loads(line)
            out[pathlib.Path(found["file"]).name][frames] = found["ratio"]
    return [{"file": name, "bits": int(bits), "lanes": int(lanes), **sizes} for name, sizes in out.items()]


def count(program, table, bits, clips):
    run = subprocess.run([program, "--measure", table, "--bits", bits, *noise(bits), *clips], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    arguments = sys.argv[1:]
    use_lab = "--lab" in arguments
    if use_lab:
        arguments.remove("--lab")
    bits, lanes = option(arguments, "--bits", "16"), option(arguments, "--lanes", "1")
    if len(arguments) < 4:
        sys.exit(__doc__)
    material, folder, out, programs = (pathlib.Path(argument).resolve() for argument in arguments[:4])
    clips = sorted(path for path in folder.iterdir() if path.suffix in (".flac", ".wav"))
    out.mkdir(parents=True, exist_ok=True)

    def fold(number):
        table = out / f"fold{number}.txt"
        mine = [clip for clip in clips if family(clip) in FOLDS[number]]
        if not table.exists():
            train(material, clips, FOLDS[number], table, programs / "jellie_train", arguments[4:])
        if not mine:
            return []
        return (code_with_lab(programs / "jamnet-lab", table, bits, lanes, mine) if use_lab
                else count(programs / "jellie_train", table, bits, mine))

    with concurrent.futures.ThreadPoolExecutor(len(FOLDS)) as pool:
        rows = [row for rows in pool.map(fold, range(len(FOLDS))) for row in rows]
    for row in rows:
        print(json.dumps(row))
    print(json.dumps({"clips": len(rows), "bits": int(bits), "mean": {f: round(sum(r[f] for r in rows) / len(rows), 4) for f in FRAMES},
                      "max": {f: max(r[f] for r in rows) for f in FRAMES}}))


main()
