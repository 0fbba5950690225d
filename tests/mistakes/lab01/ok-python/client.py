"""Asks and prints, in Python."""

import sys

import zmq
from lab01_endpoint import arguments, attach

args = arguments(with_count=True)
with zmq.Context() as context, context.socket(zmq.REQ) as socket:
    attach(socket, args)
    for _ in range(args.count):
        socket.send(b"ping")
        sys.stdout.buffer.write(socket.recv() + b"\n")
        sys.stdout.buffer.flush()
