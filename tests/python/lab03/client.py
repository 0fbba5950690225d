"""The client of the handout. Only the endpoint is an argument here; the messaging is as it is written there."""

import sys

import zmq

context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.connect(sys.argv[1])
for _ in range(3):
    socket.send_pyobj("ping")
    print(socket.recv_pyobj(), flush=True)
