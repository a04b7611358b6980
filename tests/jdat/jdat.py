#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""jamnet-jdat as its users run it: sound to packets and back, bit by bit, in
files and pipes; one clear sentence for what cannot be done.

  jdat.py JAMNET-JDAT
"""
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import wave

import schema

PROGRAM = sys.argv[1]
wrong = []


def check(truth, text):
    if not truth:
        wrong.append(text)


def run(*words, data=None):
    done = subprocess.run([PROGRAM, *map(str, words)], input=data, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def write_wav(path, rate, channels, size, frames):
    """Decaying tones and hiss; another one in each channel."""
    chance = random.Random(1)
    top = 1 << (8 * size - 1)
    data = bytearray()
    for i in range(frames):
        for channel in range(channels):
            tone = 0.4 * math.sin(0.03 * (1 + channel) * i) * math.exp(-i / 3000)
            data += (int(tone * top) + chance.randrange(-4, 4)).to_bytes(size, "little", signed=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, size, rate, 0, "NONE", ""))
        file.writeframes(bytes(data))
    return bytes(data)


def read_wav(path):
    with wave.open(str(path), "rb") as file:
        return file.getparams()[:3], file.readframes(file.getnframes())


def round_trip(folder, rate, channels, size, frames, *options):
    """Through a file of packets, and with FLAC and pipes; then to the other profile and back."""
    name = f"{rate} Hz, {channels} channels, {8 * size} bits, {frames} frames, {' '.join(map(str, options))}"
    sound, packets, back = folder / "sound.wav", folder / "packets.jsonl", folder / "back.wav"
    data = write_wav(sound, rate, channels, size, frames)
    check(run("encode", *options, sound, packets)[0] == 0, f"{name}: encode")
    check(run("decode", packets, back) == (0, b"", ""), f"{name}: decode")
    check(read_wav(back) == ((channels, size, rate), data), f"{name}: other sound")

    text = packets.read_bytes()
    check(run("encode", *options, "-", data=sound.read_bytes())[1] == text, f"{name}: other packets in a pipe")
    run("decode", "-", folder / "back.flac", data=text)
    check(run("encode", *options, folder / "back.flac")[1] == text, f"{name}: other packets from FLAC")
    (folder / "piped.wav").write_bytes(run("decode", "-", "-", data=text)[1])
    check(read_wav(folder / "piped.wav")[1] == data, f"{name}: other sound in a pipe")

    status, other, _ = run("convert", data=text)
    check(status == 0 and other != text and run("convert", data=other)[1] == text, f"{name}: convert")
    for line in (text + other).splitlines():
        packet = json.loads(line)
        check(not schema.check(packet, "jdat-token.json" if "J" in packet else "jdat-plain.json"), f"{name}: schema")
    check(run("decode", "-", back, data=other)[0] == 0 and read_wav(back)[1] == data, f"{name}: other sound of the other")
    return text


def test_round_trips(folder):
    round_trip(folder, 48000, 1, 2, 3200)
    round_trip(folder, 44100, 1, 3, 3000, "--profile", "plain", "--frames", 256)
    round_trip(folder, 96000, 1, 3, 1000, "--lanes", 1)
    round_trip(folder, 192000, 2, 3, 2049, "--frames", 128)
    round_trip(folder, 48000, 1, 2, 1)
    text = round_trip(folder, 48000, 2, 2, 1001, "--stream", 5)
    packets = [json.loads(line) for line in run("convert", data=text)[1].splitlines()]
    check([packet["stream"] for packet in packets] == [5, 6] * 16, "streams of a stereo sound")
    check([packet["seq"] for packet in packets] == [i // 2 for i in range(32)], "counters of a stereo sound")
    check([packet.get("used") for packet in packets] == [None] * 30 + [41] * 2, "the end of a stereo sound")


def test_losses(folder):
    sound, back = folder / "sound.wav", folder / "back.wav"
    data = write_wav(sound, 48000, 1, 2, 640)
    lines = run("encode", sound)[1].splitlines(keepends=True)
    status, _, error = run("decode", "-", back, data=b"".join(lines[:3] + lines[4:]))
    check(status == 0 and "64 samples are missing" in error, f"a missing line: {error}")
    check(read_wav(back)[1] == data[:384] + bytes(128) + data[512:], "silence for a missing line")

    thin = b"".join(json.dumps({"J": json.loads(line)["J"][:2]}).encode() + b"\n" for line in lines)
    check(run("decode", "-", back, data=thin)[0] == 0, "thinned packets")
    params, samples = read_wav(back)
    check(params == (1, 2, 24000) and len(samples) == len(data) // 2, "half the rate")


def test_table(folder):
    sound = folder / "sound.wav"
    write_wav(sound, 48000, 2, 2, 4000)
    status, text, _ = run("sizes", sound)
    rows = [line.split() for line in text.decode().splitlines()[2:]]
    check(status == 0 and [row[:3] for row in rows] == [["32", "64", "80"], ["64", "128", "144"], ["128", "256", "272"],
                                                        ["256", "512", "528"]], f"the table: {text}")
    check(all(float(row[3]) < float(row[5]) < float(row[7]) for row in rows), f"the order of sizes: {text}")


def refuses(status, words, *arguments, data=b""):
    got, _, error = run(*arguments, data=data)
    check(got == status and words in error and error.count("\n") == 1, f"{arguments}: {got}, {error}")


def test_faults(folder):
    sound, packets = folder / "sound.wav", folder / "packets.jsonl"
    write_wav(sound, 48000, 1, 2, 640)
    run("encode", sound, packets)
    good = packets.read_bytes()
    refuses(2, "What shall be done?")
    refuses(2, "no such command", "play", sound)
    refuses(2, "no such command", "encode")
    refuses(2, "no such command", "decode", packets)
    refuses(2, "--bits is", "encode", "--bits", 20, sound)
    refuses(2, "--lanes is", "encode", "--lanes", 2, sound)
    refuses(2, "--stream is", "encode", "--stream", 128, sound)
    refuses(2, "--frames is", "encode", "--frames", "many", sound)
    refuses(2, "--profile is", "encode", "--profile", "binary", sound)
    refuses(2, "none of these", "encode", "--colour", sound)
    refuses(1, "32, 64, 128 or 256", "encode", "--frames", 512, sound)
    refuses(1, "cannot be opened", "encode", folder / "nothing.wav")
    refuses(1, "cannot be opened", "encode", sound, folder / "no/where")
    refuses(1, "no sound file", "encode", packets)
    refuses(1, "no sound file", "encode", "-")
    refuses(1, "holds no packet", "decode", "-", folder / "x.wav")
    refuses(1, "Line 2 of - is no JDAT packet", "decode", "-", folder / "x.wav", data=good[:90] + b"\n")
    refuses(1, "Line 1 of - is no JDAT packet", "convert", data=b"[]\n")
    refuses(1, "Line 1 of - is no JDAT packet", "convert", data=b"x" * 100000)
    refuses(1, "another rate", "decode", "-", folder / "x.wav", data=good + run("encode", "--frames", 32, sound)[1])
    later = json.loads(run("convert", data=good)[1].splitlines()[0])
    later["seq"] = 1 << 25
    refuses(1, "more than 60 s", "decode", "-", folder / "x.wav", data=good + json.dumps(later).encode())
    thin = json.dumps({"J": json.loads(good.splitlines()[0])["J"][:1]}).encode()
    refuses(1, "lacks lanes", "convert", data=thin)
    later["used"] = 65
    refuses(1, "no JDAT packet", "convert", data=json.dumps(later).encode())
    write_wav(sound, 32000, 1, 2, 640)
    refuses(1, "is at 32000 Hz", "encode", sound)
    write_wav(sound, 48000, 1, 4, 640)
    refuses(1, "neither 16 nor 24", "encode", sound)
    write_wav(sound, 48000, 2, 2, 640)
    refuses(1, "streams end at 127", "encode", "--stream", 127, sound)
    refuses(1, "cannot be written", "decode", packets, folder / "no/where.wav")


with tempfile.TemporaryDirectory() as scratch:
    for test in (test_round_trips, test_losses, test_table, test_faults):
        test(pathlib.Path(scratch))
print("\n".join(wrong) if wrong else "every sound came back")
sys.exit(1 if wrong else 0)
