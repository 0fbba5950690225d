"""Has the store's table and prints it whenever it changes, in Python."""

import argparse
import sys
import time

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--updates", required=True)
parser.add_argument("--snapshot", required=True)
parser.add_argument("--timeout", type=int, default=1000)
args = parser.parse_args()

context = zmq.Context()
updates = context.socket(zmq.SUB)
updates.subscribe(b"")
updates.connect(args.updates)


def number(frame):
    return int(frame) if frame.isdigit() and int(frame) < 2**64 else None


class Request:
    def __init__(self):
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(args.snapshot)
        self.socket.send(b"snapshot?")
        self.since = time.monotonic()
        self.entries = {}
        self.kept = []

    def left(self):
        return max(0, self.since + args.timeout / 1000 - time.monotonic())

    def close(self):
        self.socket.close()


class Replica:
    def __init__(self):
        self.session = None
        self.seq = 0
        self.table = None
        self.request = Request()

    def ask(self):
        if self.request:
            self.request.close()
        self.request = Request()

    def show(self, table):
        if table != self.table:
            words = [str(self.seq).encode()] + [key + b"=" + table[key] for key in sorted(table)]
            sys.stdout.buffer.write(b" ".join(words) + b"\n")
            sys.stdout.buffer.flush()
        self.table = table

    def apply(self, session, seq, key, value):
        if session != self.session or seq > self.seq + 1:
            self.ask()
        elif seq == self.seq + 1:
            self.seq = seq
            table = dict(self.table)
            table.pop(key, None)
            if value:
                table[key] = value
            self.show(table)

    def update(self, frames):
        if len(frames) != 5 or frames[0] != b"update" or number(frames[2]) is None:
            return
        update = (frames[1], number(frames[2]), frames[3], frames[4])
        if self.request:
            self.request.kept.append(update)
        else:
            self.apply(*update)

    def answer(self, frames):
        self.request.since = time.monotonic()
        if len(frames) != 3:
            return
        kind, first, second = frames
        if kind == b"entry":
            self.request.entries[first] = second
        elif kind == b"end" and number(second) is not None:
            done, self.request = self.request, None
            done.close()
            self.session, self.seq = first, number(second)
            self.show(done.entries)
            for update in done.kept:
                if not self.request:
                    self.apply(*update)


replica = Replica()
while True:
    poller = zmq.Poller()
    poller.register(updates, zmq.POLLIN)
    if replica.request:
        poller.register(replica.request.socket, zmq.POLLIN)
    ready = dict(poller.poll(replica.request.left() * 1000 + 1 if replica.request else None))
    if updates in ready:
        replica.update(updates.recv_multipart())
    if replica.request and replica.request.socket in ready:
        replica.answer(replica.request.socket.recv_multipart())
    if replica.request and not replica.request.left():
        replica.ask()
