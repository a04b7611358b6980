#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks JSON values against a schema of assets/schema: the part of JSON Schema
(draft 2020-12) that these use. Any other keyword is an error, so that none is
passed over.

  schema.py VECTORS.jsonl: checks the packets of the public vectors, and that
  spoilt ones are refused.
"""
import copy
import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "assets/schema"
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
NOTES = {"$schema", "$id", "$defs", "title", "description", "then", "else"}


def is_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def faults(value, schema, root, where="$"):
    """Yields what is wrong with a value."""
    if isinstance(schema, bool):
        if not schema:
            yield f"{where}: not allowed"
        return
    for key, rule in schema.items():
        if key in NOTES:
            continue
        yield from CHECKS[key](value, rule, schema, root, where)


def fits(value, schema, root):
    return next(faults(value, schema, root), None) is None


def one(good, where, text):
    if not good:
        yield f"{where}: {text}"


def reference(value, rule, schema, root, where):
    target = root
    for name in rule.removeprefix("#/").split("/"):
        target = target[name]
    yield from faults(value, target, root, where)


def required(value, rule, schema, root, where):
    if isinstance(value, dict):
        for name in rule:
            yield from one(name in value, where, f"lacks {name}")


def properties(value, rule, schema, root, where):
    if isinstance(value, dict):
        for name, inner in rule.items():
            if name in value:
                yield from faults(value[name], inner, root, f"{where}.{name}")


def additional(value, rule, schema, root, where):
    if isinstance(value, dict):
        for name in value.keys() - schema.get("properties", {}).keys():
            yield from faults(value[name], rule, root, f"{where}.{name}")


def prefix_items(value, rule, schema, root, where):
    if isinstance(value, list):
        for number, (item, inner) in enumerate(zip(value, rule)):
            yield from faults(item, inner, root, f"{where}[{number}]")


def items(value, rule, schema, root, where):
    if isinstance(value, list):
        for number in range(len(schema.get("prefixItems", [])), len(value)):
            yield from faults(value[number], rule, root, f"{where}[{number}]")


def branches(value, rule, schema, root, where):
    if fits(value, rule, root):
        yield from faults(value, schema.get("then", True), root, where)
    else:
        yield from faults(value, schema.get("else", True), root, where)


def every(value, rule, schema, root, where):
    for inner in rule:
        yield from faults(value, inner, root, where)


def exactly_one(value, rule, schema, root, where):
    yield from one(sum(fits(value, inner, root) for inner in rule) == 1, where, "is not exactly one of the choices")


def same(value, other):
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def simple(text, kind, holds):
    def check(value, rule, schema, root, where):
        if kind is None or is_type(value, kind):
            yield from one(holds(value, rule), where, f"{text} {rule}")
    return check


CHECKS = {
    "$ref": reference, "required": required, "properties": properties, "additionalProperties": additional,
    "prefixItems": prefix_items, "items": items, "if": branches, "allOf": every, "oneOf": exactly_one,
    "type": simple("is not of type", None, is_type),
    "const": simple("is not", None, same),
    "enum": simple("is none of", None, lambda value, rule: any(same(value, other) for other in rule)),
    "minimum": simple("is below", "number", lambda value, rule: value >= rule),
    "maximum": simple("is above", "number", lambda value, rule: value <= rule),
    "minItems": simple("has fewer items than", "array", lambda value, rule: len(value) >= rule),
    "maxItems": simple("has more items than", "array", lambda value, rule: len(value) <= rule),
    "pattern": simple("does not match", "string", lambda value, rule: re.search(rule, value) is not None),
}


def load(name):
    return json.loads((FOLDER / name).read_text())


def check(value, name):
    """Returns what is wrong with a value, in a list."""
    schema = load(name)
    return list(faults(value, schema, schema))


def plain_of(vector):
    """The plain packet of a vector that has all lanes."""
    lanes = vector["lanes"]
    packet = {"jdat": 1, **{key: vector[key] for key in ("stream", "seq", "rate", "bits", "frames", "shift") if key in vector}}
    packet["lanes"] = [vector["samples"][lane::lanes] for lane in range(lanes)]
    return packet


def spoilt(packet, changes):
    for change in changes:
        other = copy.deepcopy(packet)
        change(other)
        yield other


TOKEN_FAULTS = [
    lambda packet: packet.pop("J"), lambda packet: packet["J"].pop(), lambda packet: packet["J"].append(""),
    lambda packet: packet["J"].__setitem__(0, packet["J"][0][:7]), lambda packet: packet["J"].__setitem__(0, 5),
    lambda packet: packet["J"].__setitem__(1, "a b"), lambda packet: packet["J"].__setitem__(0, "\\"),
    lambda packet: packet.__setitem__("S", 1), lambda packet: packet.__setitem__("J", {})]
PLAIN_FAULTS = [
    *(lambda packet, key=key: packet.pop(key) for key in ("jdat", "stream", "seq", "rate", "bits", "frames", "lanes")),
    lambda packet: packet.update(jdat=2), lambda packet: packet.update(stream=128),
    lambda packet: packet.update(seq=1 << 26), lambda packet: packet.update(rate=32000),
    lambda packet: packet.update(bits=20), lambda packet: packet.update(frames=33),
    lambda packet: packet["lanes"].append(packet["lanes"][0]), lambda packet: packet["lanes"].__setitem__(0, []),
    lambda packet: packet["lanes"][0].__setitem__(0, 1 << (packet["bits"] - 1)),
    lambda packet: packet["lanes"][0].__setitem__(0, 0.5), lambda packet: packet["lanes"][0].__setitem__(0, True)]


def main():
    wrong, count = [], 0
    whole = None
    for number, line in enumerate(open(sys.argv[1], encoding="utf-8"), 1):
        vector = json.loads(line)
        token = json.loads(vector["text"])
        wrong += [f"{number}: token {text}" for text in check(token, "jdat-token.json")]
        if vector["division"] == 1:
            wrong += [f"{number}: plain {text}" for text in check(plain_of(vector), "jdat-plain.json")]
            whole = vector if vector["lanes"] == 4 else whole
        count += 1
    for name, packet, changes in (("jdat-token.json", json.loads(whole["text"]), TOKEN_FAULTS),
                                  ("jdat-plain.json", plain_of(whole), PLAIN_FAULTS)):
        for other in spoilt(packet, changes):
            if not check(other, name):
                wrong.append(f"{name} accepts {json.dumps(other)[:200]}")
    print("\n".join(wrong) if wrong else f"{count} vectors fit, {len(TOKEN_FAULTS) + len(PLAIN_FAULTS)} spoilt packets do not")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
