"""Prints the numbers up to `end`, in Python."""

import zmq
from lab06_socket import arguments, attach, line

args = arguments(lambda parser: None)
context = zmq.Context()
socket = context.socket(zmq.SUB)
socket.linger = 0
socket.rcvhwm = 0
socket.subscribe(b"")
attach(socket, args)
unsaid = args.sync is not None
while (message := socket.recv()) != b"end":
    if message != b"hello":
        line(message)
    elif unsaid:
        with context.socket(zmq.REQ) as sync:
            sync.connect(args.sync)
            sync.send(b"seen")
            sync.recv()
        unsaid = False
