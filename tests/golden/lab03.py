"""Makes golden bytes for lab 03: what Python writes, byte for byte. Run it again only when the cases change:

    python3 tests/golden/lab03.py > tests/golden/lab03.json

No program of the course has a part in it. The suite reads the result, so it needs no Python. Bytes are written in
hexadecimal; `celsius` is written as the eight bytes of the number, the highest first, because JSON has no NaN.
"""

import json
import math
import os
import pickle
import platform
import struct
import sys

import msgpack


class Reading:
    """The same four fields, as an object and not as a dict."""

    def __init__(self, fields):
        self.__dict__.update(fields)


class Calls:
    """Unpickling this calls a function: that is what __reduce__ is for."""

    def __init__(self, function, *arguments):
        self.what = (function, arguments)

    def __reduce__(self):
        return self.what


def reading(sensor, seq, celsius, tags):
    return {"sensor": sensor, "seq": seq, "celsius": celsius, "tags": tags}


READINGS = [
    reading("roof", 7, 21.5, ["outside", "north"]),
    reading("", 0, -0.0, []),
    reading("Кухня ☕ 🌡", 255, -40.25, ["тепло", "", "🌡"]),
    reading("tab\tquote\"back\\slash", 65_535, 0.1 + 0.2, ["a", "a", "b"]),
    reading("s" * 300, 2**32 - 1, 1e300, ["t"] * 40),
    reading("cellar", 2**53, 5e-324, ["exact"]),
]
# Numbers that JSON cannot write.
ODD_NUMBERS = [
    reading("broken", 1, math.inf, []),
    reading("broken", 2, -math.inf, ["low"]),
    reading("broken", 3, math.nan, []),
]
TEXTS = ["ping", "pong", "", "два слова", "naïve ☕ 🌡", "x" * 1000]


def hexadecimal(raw):
    return raw.hex()


def pickles(value, protocols=(2, 3, 4, 5)):
    return {str(protocol): hexadecimal(pickle.dumps(value, protocol)) for protocol in protocols}


def entry(value, with_json):
    result = {
        "sensor": value["sensor"],
        "seq": value["seq"],
        "celsius": hexadecimal(struct.pack(">d", value["celsius"])),
        "tags": value["tags"],
        "msgpack": hexadecimal(msgpack.packb(value)),
        "pickle": pickles(value),
    }
    if with_json:
        result["json"] = hexadecimal(json.dumps(value).encode())
    return result


plain = READINGS[0]
run = Calls(os.system, "touch ran")
every = (0, 1, 2, 3, 4, 5)
hostile = {
    "a call of os.system": pickles(run, every),
    "a call of os.system in the place of a text": pickles({**plain, "sensor": run}, every),
    "a call of os.system in a field that nobody asked for": pickles({**plain, "note": run}, every),
    "a call of exec": pickles(Calls(exec, "open('ran', 'w')"), every),
    "a call of open": pickles(Calls(open, "ran", "w"), every),
}
objects = {
    "an object with these fields": pickles(Reading(plain), every),
    "an object in a field that nobody asked for": pickles({**plain, "note": Reading({})}, every),
    "a set in the place of a list": pickles({**plain, "tags": {"outside"}}, (0, 1, 2, 3)),
    "a dict that a call makes": pickles(Calls(dict, list(plain.items())), every),
}
wrong_types = {
    "a number in the place of a dict": pickles(7),
    "a seq below zero": pickles({**plain, "seq": -1}),
    "a seq over 64 bits": pickles({**plain, "seq": 2**64}),
    "a text in the place of a number": pickles({**plain, "celsius": "warm"}),
    "a number among the tags": pickles({**plain, "tags": ["a", 1]}),
    "no tags": pickles({key: value for key, value in plain.items() if key != "tags"}),
    "a text that is no UTF-8": pickles({**plain, "sensor": "\ud800"}),
}
not_texts = {
    "a number": pickles(5),
    "a list of texts": pickles(["ping"]),
    "nothing": pickles(None),
    "half a character": pickles("\ud800"),
}

json.dump(
    {
        "made_with": {"python": platform.python_version(), "msgpack": ".".join(map(str, msgpack.version))},
        "readings": [entry(value, True) for value in READINGS],
        "odd_numbers": [entry(value, False) for value in ODD_NUMBERS],
        "json_with_odd_numbers": [hexadecimal(json.dumps(value).encode()) for value in ODD_NUMBERS],
        "texts": [{"text": text, "pickle": pickles(text, every)} for text in TEXTS],
        "hostile": hostile,
        "objects": objects,
        "wrong_types": wrong_types,
        "not_texts": not_texts,
    },
    sys.stdout,
    indent=1,
    ensure_ascii=False,
)
print()
