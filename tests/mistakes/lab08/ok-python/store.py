"""Keeps a table, publishes its changes and answers with snapshots, in Python."""

import argparse
import os
import sys
import uuid

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--updates", required=True)
parser.add_argument("--snapshot", required=True)
args = parser.parse_args()

context = zmq.Context()
updates = context.socket(zmq.PUB)
updates.bind(args.updates)
requests = context.socket(zmq.ROUTER)
requests.sndhwm = 0
requests.bind(args.snapshot)
for name, socket in (("updates", updates), ("snapshot", requests)):
    print("bound", name, socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)

session = uuid.uuid4().hex.encode()
seq = 0
table = {}


def change(line):
    global seq
    key, equals, value = line.partition(b"=")
    if not key or not equals:
        print("no KEY=VALUE:", line.decode(errors="replace"), file=sys.stderr, flush=True)
        return
    seq += 1
    if value:
        table[key] = value
    else:
        table.pop(key, None)
    updates.send_multipart([b"update", session, str(seq).encode(), key, value])


def answer(identity, *request):
    if request != (b"snapshot?",):
        return
    for key, value in table.items():
        requests.send_multipart([identity, b"entry", key, value])
    requests.send_multipart([identity, b"end", session, str(seq).encode()])


poller = zmq.Poller()
poller.register(0, zmq.POLLIN)
poller.register(requests, zmq.POLLIN)
begun = b""
while True:
    ready = dict(poller.poll())
    if 0 in ready:
        some = os.read(0, 65536)
        *lines, begun = (begun + some).split(b"\n")
        for line in lines:
            change(line)
        if not some:
            poller.unregister(0)
    if requests in ready:
        answer(*requests.recv_multipart())
