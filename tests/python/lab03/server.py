"""The server of the handout. Only the endpoint is an argument here; the messaging is as it is written there."""

import sys

import zmq

context = zmq.Context()
socket = context.socket(zmq.REP)
socket.bind(sys.argv[1])
while True:
    message = socket.recv_pyobj()
    print(message, flush=True)
    socket.send_pyobj("pong")
