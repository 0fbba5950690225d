"""Readings in four formats, and pickles that are data only."""

import io
import json
import math
import pickle
import pickletools
import struct

import msgpack

LIMIT = 64 * 1024
DEPTH = 64


class Refused(Exception):
    """Why a message is refused."""


# Every instruction that makes, keeps or puts together plain data.
PLAIN = set("""
    PROTO FRAME STOP MARK POP POP_MARK PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET NONE NEWTRUE NEWFALSE
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8
    STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8 EMPTY_LIST APPEND APPENDS LIST EMPTY_DICT
    DICT SETITEM SETITEMS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3
""".split())


class NoNames(pickle.Unpickler):
    """The second lock: whatever passed the scan, no name is ever looked up."""

    def find_class(self, module, name):
        raise Refused(f"{module}.{name} would be called")


def unpickle(body):
    containers = 0
    end = 0
    for opcode, argument, position in pickletools.genops(body):
        if opcode.name not in PLAIN:
            raise Refused(f"{opcode.name} at byte {position} would call code")
        # Nesting needs an instruction for each level, so their number bounds the depth.
        containers += opcode.name in ("EMPTY_LIST", "EMPTY_DICT", "LIST", "DICT", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "MARK")
        if "PUT" in opcode.name and argument is not None and argument > len(body):
            raise Refused("the memo is larger than the pickle")
        end = position + 1
    if containers > DEPTH:
        raise Refused("too many lists")
    if end != len(body):
        raise Refused("bytes behind the end")
    return NoNames(io.BytesIO(body)).load()


def checked(value):
    if type(value) is not dict:
        raise Refused("this is no dict")
    types = {"sensor": str, "seq": int, "celsius": float, "tags": list}
    for name, wanted in types.items():
        if type(value.get(name)) is not wanted:
            raise Refused(f"{name} is missing or of another type")
    if not all(type(tag) is str for tag in value["tags"]):
        raise Refused("a tag is no text")
    if not 0 <= value["seq"] < 2**64:
        raise Refused("seq has no 64 bits")
    if sum(map(len, value["tags"])) > LIMIT:
        raise Refused("the tags are too long")
    for text in [value["sensor"], *value["tags"]]:
        text.encode()
    return {name: value[name] for name in types}


def finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise Refused(f"JSON has no {text}")
    return value


def no_constant(text):
    raise Refused(f"JSON has no {text}")


def put_number(number):
    for lowest, mark, width in ((2**32, b"\xfd", 8), (2**16, b"\xfc", 4), (251, b"\xfb", 2)):
        if number >= lowest:
            return mark + number.to_bytes(width, "little")
    return bytes([number])


def put_text(text):
    raw = text.encode()
    return put_number(len(raw)) + raw


def to_bincode(value):
    tags = b"".join(map(put_text, value["tags"]))
    number = struct.pack("<d", value["celsius"])
    return b"\x02" + put_text(value["sensor"]) + put_number(value["seq"]) + number + put_number(len(value["tags"])) + tags


def from_bincode(body):
    if not body or body[0] != 2:
        name = "bincode 1, write 2" if body[:1] == b"\x01" else "not known"
        raise Refused(f"the version is {name}")
    if len(body) > LIMIT:
        raise Refused("the body is too long")
    rest = io.BytesIO(body[1:])

    def take(count):
        raw = rest.read(min(count, LIMIT))
        if len(raw) != count:
            raise Refused("the body ends too early")
        return raw

    def number():
        first = take(1)[0]
        width = {251: 2, 252: 4, 253: 8}.get(first, 0)
        if first > 253:
            raise Refused("a number is too large")
        return int.from_bytes(take(width), "little") if width else first

    def text():
        return take(number()).decode()

    value = {"sensor": text(), "seq": number(), "celsius": struct.unpack("<d", take(8))[0]}
    value["tags"] = [text() for _ in range(number())]
    if rest.read(1):
        raise Refused("bytes behind the reading")
    return value


FORMATS = {
    b"json": (
        lambda body: json.loads(body.decode(), parse_constant=no_constant, parse_float=finite),
        lambda value: json.dumps(value, allow_nan=False).encode(),
    ),
    b"msgpack": (msgpack.unpackb, msgpack.packb),
    b"bincode": (from_bincode, to_bincode),
    b"pickle": (unpickle, pickle.dumps),
}
