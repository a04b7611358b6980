#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fetches and makes the sound that JELLIE's table of predictors is trained on.

  jellie_material.py FOLDER

Downloads Debian packages (about 1.3 GB; apt-get, no root), unpacks them in
FOLDER/packages, and lays their audio out as FOLDER/FAMILY/SOURCE. Two General
MIDI sound fonts and a drum kit play phrases that are written here, by
fluidsynth. FOLDER/folders then lists what to give to jellie_train, with weights:

  cd FOLDER && jellie_train --out TABLE $(cat folders)

Sounds that went through a lossy codec weigh less: their top octave is empty.
"""
import os
import pathlib
import random
import struct
import subprocess
import sys
import zipfile

# Package, family, name of the source, files, weight
SOURCES = [
    ("sonic-pi-samples", "drums", "sonicpi", "bd_*.flac drum_*.flac sn_*.flac elec_*.flac", 1.5),
    ("sonic-pi-samples", "perc", "sonicpi", "perc_*.flac tabla_*.flac", 1.5),
    ("sonic-pi-samples", "mix", "sonicpi", "loop_*.flac ambi_*.flac mehackit_*.flac misc_*.flac vinyl_*.flac glitch_*.flac", 1.5),
    ("sonic-pi-samples", "bass", "sonicpi", "bass_*.flac", 1.5),
    ("sonic-pi-samples", "guitar", "sonicpi", "guit_e_*.flac guit_harmonics.flac", 1.5),
    ("hydrogen-drumkits", "drums", "hydrogen", "*.flac *.wav *.aiff", 2),
    ("grandorgue-demo", "keys", "grandorgue", "*.wav", 1),
    ("alsa-utils", "voice", "alsa", "*.wav", 0.5),
    ("puredata-doc", "voice", "puredata", "voice*.wav", 0.3),
    ("supercollider-common", "voice", "supercollider", "a11wlk01*.wav", 0.3),
    ("ktuberling-data", "voice", "ktuberling", "*.wav *.ogg", 0.8),
    ("klettres-data", "voice", "klettres", "*.ogg", 0.8),
    ("hedgewars-data", "voice", "hedgewars", "*/[Vv]oices/*.ogg", 0.6),
    ("hedgewars-data", "mix", "hedgewars", "*/Music/*.ogg", 0.6),
    ("fretsonfire-songs-muldjord", "guitar", "muldjord", "*guitar.ogg", 0.5),
    ("fretsonfire-songs-sectoid", "guitar", "sectoid", "*guitar.ogg", 0.5),
    ("fretsonfire-songs-muldjord", "mix", "muldjord", "*song.ogg", 0.5),
    ("fretsonfire-songs-sectoid", "mix", "sectoid", "*song.ogg", 0.5),
    ("wesnoth-1.16-music", "mix", "wesnoth", "[!h]*.ogg", 1.2),
    ("warzone2100-music", "mix", "warzone", "*.opus", 0.7),
    ("supertux-data", "mix", "supertux", "*.ogg", 0.6),
    ("drascula-music", "mix", "drascula", "*.ogg", 0.2),
    ("nexuiz-music", "mix", "nexuiz", "*.ogg", 0.3),
    ("ufoai-music", "mix", "ufoai", "*.ogg", 0.5),
    ("lmms-common", "bass", "lmms", "*/basses/*.ogg */bassloops/*.ogg bassslap*.ogg", 0.4),
    ("lmms-common", "drums", "lmms", "*/drums/*.ogg */beats/*.ogg */latin/*.ogg", 0.4),
    ("lmms-common", "synth", "lmms", "*/effects/*.ogg */misc/*.ogg */shapes/*.ogg */stringsnpads/*.ogg", 0.2),
    ("lmms-common", "strings", "lmms", "cello*.ogg violin*.ogg", 0.4),
    ("lmms-common", "keys", "lmms", "church*.ogg e_*.ogg harpsi*.ogg", 0.4),
    ("lmms-common", "winds", "lmms", "flute*.ogg trumpet*.ogg", 0.4),
    ("lmms-common", "piano", "lmms", "piano0*.ogg", 0.4),
    ("lmms-common", "guitar", "lmms", "steel*.ogg", 0.4),
]
# Package, source, rate
FONTS = [("fluid-soundfont-gm", "fluid", 48000), ("musescore-general-soundfont-lossless", "mscore", 44100)]
KITS = ("avldrums.lv2-soundfont", "avl", 48000)

# Families of General MIDI programs, from the first on, and their weights
FAMILIES = [(0, "piano"), (6, "keys"), (8, "perc"), (16, "keys"), (24, "guitar"), (32, "bass"), (40, "strings"),
            (47, "perc"), (48, "strings"), (52, "voice"), (55, "mix"), (56, "winds"), (80, "synth"), (104, "guitar"),
            (108, "perc"), (109, "winds"), (110, "strings"), (111, "winds"), (112, "perc"), (119, None)]
# Lowest and highest note, of eight programs and of single ones
RANGES = [(28, 96), (40, 84), (36, 84), (40, 84), (28, 55), (48, 88), (36, 84), (43, 79),
          (50, 84), (55, 91), (40, 84), (40, 84), (40, 84), (40, 84), (40, 76), (36, 84)]
SINGLE = {40: (55, 96), 42: (36, 72), 43: (28, 55), 46: (30, 96), 47: (36, 55), 56: (52, 84), 57: (40, 72),
          58: (28, 58), 60: (38, 77), 64: (54, 88), 65: (49, 82), 66: (44, 76), 67: (37, 69), 68: (58, 88),
          70: (34, 74), 71: (50, 90), 72: (72, 105), 73: (60, 96)}
DRUM_KITS = [0, 8, 16, 25, 32, 40, 48]
DRUM_NOTES = [35, 36, 38, 40, 37, 42, 44, 46, 41, 43, 45, 47, 48, 49, 51, 57, 39, 54, 56]
CHORDS = [(0,), (0,), (0, 4, 7), (0, 3, 7, 12), (0, 4, 10, 16)]
BEAT = 480  # Ticks; a second has two beats


def family(program):
    return [name for first, name in FAMILIES if first <= program][-1]


def notes_of(program):
    return SINGLE.get(program, RANGES[program // 8])


def length(number):
    """A number as a standard MIDI file writes it."""
    out = [number & 127]
    while number > 127:
        number >>= 7
        out.append(128 | number & 127)
    return bytes(reversed(out))


def part(dice, channel, program, seconds, reverb):
    """Events of one player: (tick, bytes)."""
    events = [(0, bytes([0xC0 | channel, program])), (0, bytes([0xB0 | channel, 91, reverb])), (0, bytes([0xB0 | channel, 93, 0]))]
    chords = CHORDS if program < 32 or 46 <= program < 56 or 61 <= program < 64 or 80 <= program < 104 else CHORDS[:1]
    low, high = notes_of(program)
    tick = 0
    while tick < 2 * BEAT * seconds:
        lasts = dice.choice([160, 240, 240, 480, 480, 960, 1440] if channel != 9 else [120, 240, 240, 480])
        root = dice.randint(low, high)
        notes = dice.sample(DRUM_NOTES, dice.choice([1, 1, 2])) if channel == 9 else [root + n for n in dice.choice(chords)]
        for note in notes:
            events.append((tick, bytes([0x90 | channel, note, dice.randint(35, 122)])))
            events.append((tick + int(lasts * dice.uniform(0.6, 0.98)), bytes([0x80 | channel, note, 0])))
        tick += lasts + (dice.choice([240, 960]) if dice.random() < 0.12 else 0)
    return events


def write_midi(path, parts):
    track, last = b"", 0
    for tick, message in sorted((event for one in parts for event in one), key=lambda event: event[0]):
        track += length(tick - last) + message
        last = tick
    track += b"\x00\xff\x2f\x00"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, BEAT) + b"MTrk" + struct.pack(">I", len(track)) + track)


def write_phrases(folder):
    folder.mkdir(exist_ok=True)
    for program in range(119):
        write_midi(folder / f"{family(program)}-{program:03}.mid", [part(random.Random(program), 0, program, 16, program % 2 * 40)])
    for kit in DRUM_KITS:
        write_midi(folder / f"drums-{kit:03}.mid", [part(random.Random(1000 + kit), 9, kit, 16, 0)])
    for band in range(12):
        dice = random.Random(2000 + band)
        players = [(0, dice.choice([0, 1, 4, 16, 18, 24, 25, 26, 27, 29])), (1, dice.randint(32, 37)), (9, 0),
                   (2, dice.choice([40, 42, 48, 56, 57, 60, 65, 66, 68, 71, 73])), (3, dice.choice([48, 49, 52, 61, 89]))]
        write_midi(folder / f"mix-{band:03}.mid", [part(dice, channel, program, 20, 40) for channel, program in players])


def fetch(root, package):
    unpacked = root / "packages" / package
    if not unpacked.exists():
        subprocess.run(["apt-get", "download", package], cwd=root / "packages", check=True)
        deb = sorted((root / "packages").glob(f"{package}_*.deb"))[-1]
        subprocess.run(["dpkg", "-x", deb, unpacked], check=True)
        deb.unlink()
        for packed in [*unpacked.rglob("*.pk3"), *unpacked.rglob("*.orgue")]:
            zipfile.ZipFile(packed).extractall(packed.with_suffix(".unpacked"))
    return unpacked


def lay_out(root, package, name, source, patterns):
    folder = root / name / source
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = fetch(root, package)
    for path in sorted(unpacked.rglob("*")):
        if path.is_file() and any(path.match(pattern) for pattern in patterns.split()):
            link = folder / str(path.relative_to(unpacked)).replace("/", "_")[-150:]
            if not link.exists():
                os.link(path, link)


def play(root, font, phrase, name, source, rate):
    out = root / name / source / f"{font.stem}-{phrase.stem}.wav"
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.6", "-r", str(rate), "-F", out, font, phrase],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1])
    (root / "packages").mkdir(parents=True, exist_ok=True)
    weights = {}
    for package, name, source, patterns, weight in SOURCES:
        lay_out(root, package, name, source, patterns)
        weights[f"{name}/{source}"] = weight
    write_phrases(root / "phrases")
    phrases = sorted((root / "phrases").glob("*.mid"))
    for package, source, rate in [*FONTS, KITS]:
        for font in sorted(fetch(root, package).rglob("*.sf2")):
            for phrase in phrases:
                name = phrase.stem.split("-")[0]
                if source == "avl" and name != "drums":
                    continue
                play(root, font, phrase, name, source, rate)
                weights[f"{name}/{source}"] = 0.5 if name == "synth" else 1
    (root / "folders").write_text("".join(f"{folder}={weight}\n" for folder, weight in sorted(weights.items())))


main()
