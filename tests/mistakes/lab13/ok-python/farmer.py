"""Gives the tiles of a picture to workers and puts what comes back together, in Python, with the messages written by hand."""

import argparse
import base64
import json
import os
import struct
import sys
import time
import zlib

import zmq

HEARTBEAT = 0.25
STOPS = [(0, 7, 100), (32, 107, 203), (237, 255, 255), (255, 170, 0), (40, 2, 0)]

parser = argparse.ArgumentParser()
parser.add_argument("--bind", required=True)
parser.add_argument("--size", required=True)
parser.add_argument("--tile", type=int, required=True)
parser.add_argument("--max-iter", type=int, required=True)
parser.add_argument("--liveness", type=int, required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--journal")
args = parser.parse_args()
width, height = (int(number) for number in args.size.split("x"))


def fail(what):
    print(what, file=sys.stderr, flush=True)
    sys.exit(1)


# bincode 2: a number below 251 is one byte; 251, 252 and 253 begin two, four and eight bytes, the lowest first.
def number(value):
    if value < 251:
        return bytes([value])
    for mark, form, limit in ((251, "<H", 1 << 16), (252, "<I", 1 << 32), (253, "<Q", 1 << 64)):
        if value < limit:
            return bytes([mark]) + struct.pack(form, value)
    raise ValueError


class Reader:
    def __init__(self, frame):
        self.rest = frame

    def take(self, count):
        if len(self.rest) < count:
            raise ValueError("too short")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def number(self):
        first = self.take(1)[0]
        if first < 251:
            return first
        form = {251: "<H", 252: "<I", 253: "<Q"}[first]
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def bytes(self):
        return self.take(self.number())


def read(frames):
    """(kind, …), or None for what is no message."""
    try:
        [frame] = frames
        reader = Reader(frame)
        if reader.take(1) != b"\x02":
            return None
        kind = ["hello", "heartbeat", "tile", "failed"][reader.number()]
        message = {
            "hello": lambda: (reader.bytes().decode(), reader.number()),
            "heartbeat": lambda: (),
            "tile": lambda: (reader.number(), reader.bytes()),
            "failed": lambda: (reader.number(), reader.bytes().decode()),
        }[kind]()
        if reader.rest or (kind == "tile" and len(message[1]) % 2):
            return None
        return (kind, *message)
    except (ValueError, KeyError, IndexError, UnicodeDecodeError):
        return None


def job_frame(tile):
    x, y, w, h = tiles[tile]
    floats = struct.pack("<ddd", -0.75, 0.0, 3.0)
    return b"\x02\x00" + number(tile) + floats + b"".join(map(number, (width, height, x, y, w, h, args.max_iter)))


def cancel_frame(tile):
    return b"\x02\x01" + number(tile)


def colour(count):
    if count >= args.max_iter:
        return (0, 0, 0)
    stop, part = (count // 16) % 5, count % 16
    return tuple((a * (16 - part) + b * part) // 16 for a, b in zip(STOPS[stop], STOPS[(stop + 1) % 5]))


def save():
    rows = [bytearray(b"\0" + bytes(3 * width)) for _ in range(height)]
    for tile, data in finished.items():
        x, y, w, h = tiles[tile]
        counts = struct.unpack(f"<{w * h}H", data)
        for row in range(h):
            line = b"".join(bytes(colour(count)) for count in counts[row * w : (row + 1) * w])
            rows[y + row][1 + 3 * x : 1 + 3 * (x + w)] = line

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    part = args.out + ".new"
    try:
        with open(part, "wb", buffering=0) as file:
            while png:
                png = png[file.write(png) :]
        os.rename(part, args.out)
    except OSError as error:
        fail(f"cannot write {args.out}: {error}")


tiles = [
    (x, y, min(args.tile, width - x), min(args.tile, height - y))
    for y in range(0, height, args.tile)
    for x in range(0, width, args.tile)
]
finished = {}
folder = os.path.dirname(os.path.abspath(args.out))
if not os.path.isdir(folder) or os.path.isdir(args.out):
    fail(f"cannot write {args.out}: no file can be there")

journal = None
plan = {"farm": [width, height, args.tile, args.max_iter]}
if args.journal:
    try:
        journal = open(args.journal, "a+b", buffering=0)
        journal.seek(0)
        text = journal.read()
        whole = text.rfind(b"\n") + 1
        lines = text[:whole].splitlines()
        if lines:
            if json.loads(lines[0]) != plan:
                fail(f"cannot go on from {args.journal}: it is of another picture")
            for line in lines[1:]:
                tile, data = json.loads(line)
                finished[tile] = base64.b64decode(data)
        elif text:
            fail(f"cannot go on from {args.journal}: it is no journal")
        journal.truncate(whole)
    except ValueError:
        fail(f"cannot go on from {args.journal}: it is no journal")
    except OSError as error:
        fail(f"cannot use {args.journal}: {error}")


def write_down(value):
    line = json.dumps(value).encode() + b"\n"
    try:
        while line:
            line = line[journal.write(line) :]
    except OSError as error:
        fail(f"cannot write to {args.journal}: {error}")


if journal and not lines:
    write_down(plan)

context = zmq.Context()
router = context.socket(zmq.ROUTER)
router.sndhwm = 0
router.linger = 1000
router.bind(args.bind)
print("bound", router.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)

before = len(finished)
waiting = [tile for tile in reversed(range(len(tiles))) if tile not in finished]
workers = {}
began = None
terminal = sys.stderr.isatty()


def progress():
    done = len(finished)
    rate = (done - before) / max(time.monotonic() - began, 1e-9)
    text = f"{done}/{len(tiles)} tiles, {rate:.1f} tiles/s, {(len(tiles) - done) / rate:.1f} s left"
    if terminal:
        bar = "#" * (20 * done // len(tiles))
        print(f"\r\x1b[K[{bar:20}] {text}", end="", file=sys.stderr, flush=True)
    elif done * 10 // len(tiles) > (done - 1) * 10 // len(tiles):
        print(text, file=sys.stderr, flush=True)


def take_back(who):
    worker = workers[who]
    for tile in worker["holds"]:
        waiting.append(tile)
        router.send_multipart([who, cancel_frame(tile)])
    worker["holds"] = set()


def drop(who):
    take_back(who)
    workers[who]["dropped"] = True


def hear(who, frames):
    message = read(frames)
    worker = workers.get(who)
    if worker and worker["dropped"]:
        return
    if message and message[0] == "hello":
        if worker:
            take_back(who)
        worker = workers.setdefault(who, {"given": set(), "failed": set(), "holds": set(), "dropped": False})
        worker["credit"] = message[2]
    if not worker:
        return
    worker["heard"], worker["silent"] = time.monotonic(), False
    if not message:
        return drop(who)
    if message[0] in ("tile", "failed"):
        tile = message[1]
        if tile not in worker["given"]:
            return drop(who)
        if tile not in worker["holds"]:
            return
        if message[0] == "failed":
            worker["failed"].add(tile)
            waiting.append(tile)
        elif len(message[2]) != 2 * tiles[tile][2] * tiles[tile][3]:
            return drop(who)
        else:
            if journal:
                write_down([tile, base64.b64encode(message[2]).decode()])
            finished[tile] = message[2]
            progress()
        worker["holds"].discard(tile)


def deal():
    global began
    for who, worker in workers.items():
        while not worker["dropped"] and not worker["silent"] and len(worker["holds"]) < worker["credit"]:
            tile = next((tile for tile in reversed(waiting) if tile not in worker["failed"]), None)
            if tile is None:
                break
            waiting.remove(tile) if waiting[-1] != tile else waiting.pop()
            worker["holds"].add(tile)
            worker["given"].add(tile)
            began = began or time.monotonic()
            router.send_multipart([who, job_frame(tile)])


beat = time.monotonic()
while len(finished) < len(tiles):
    router.poll(min(50, args.liveness))
    while router.poll(0):
        who, *frames = router.recv_multipart()
        hear(who, frames)
    now = time.monotonic()
    for who, worker in workers.items():
        if not worker["dropped"] and not worker["silent"] and now - worker["heard"] > args.liveness / 1000:
            worker["silent"] = True
            take_back(who)
    deal()
    if now - beat > HEARTBEAT:
        beat = now
        for who in workers:
            router.send_multipart([who, b"\x02\x02"])

for who in workers:
    router.send_multipart([who, b"\x02\x03"])
save()
