"""Asks the gateway in Python's own formats, and reads its replies with the libraries that everybody uses."""

import json
import math
import pickle
import sys

import msgpack
import zmq

READINGS = [
    {"sensor": "Кухня ☕", "seq": 2**53 + 1, "celsius": 0.1 + 0.2, "tags": ["a", "a", ""]},
    {"sensor": "", "seq": 0, "celsius": -40.0, "tags": []},
    {"sensor": "s" * 1000, "seq": 2**63 - 2, "celsius": 5e-324, "tags": ["t"] * 100},
]
FORMATS = [
    (b"json", lambda value: json.dumps(value).encode(), json.loads),
    (b"msgpack", msgpack.packb, msgpack.unpackb),
] + [
    (b"pickle", lambda value, protocol=protocol: pickle.dumps(value, protocol), pickle.loads)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
]

context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.connect(sys.argv[1])


def ask(name, body):
    socket.send_multipart([name, body])
    return socket.recv_multipart()


for name, dump, load in FORMATS:
    for reading in READINGS:
        reply = ask(name, dump(reading))
        assert reply[0] == name, reply
        assert load(reply[1]) == {**reading, "seq": reading["seq"] + 1}, (reading, reply)
for name, dump, load in FORMATS[1:]:
    got = load(ask(name, dump({**READINGS[0], "celsius": math.nan}))[1])
    assert math.isnan(got["celsius"]), got
reply = ask(b"pickle", pickle.dumps(print))
assert reply[0] == b"error" and b"would call code" in reply[1], reply
print("all right", flush=True)
