"""Answers ping with pong, in Python."""

import zmq
from lab01_endpoint import arguments, attach

socket = zmq.Context().socket(zmq.REP)
socket.linger = 0
attach(socket, arguments(with_count=False))
while True:
    request = socket.recv()
    socket.send(b"pong" if request == b"ping" else b"unknown: " + request)
