"""The experiment of lab 03: a client that greets. Read the chapter first, and write down what the server will do.

    python3 tests/python/lab03/server.py tcp://127.0.0.1:5555     # in one terminal
    python3 labs/lab03/experiment/greeting.py tcp://127.0.0.1:5555    # in another
"""

import os
import sys

import zmq


class Greeting:
    def __reduce__(self):
        return os.system, ("echo hello from the folder $PWD; touch i-was-here",)


context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.connect(sys.argv[1])
socket.send_pyobj(Greeting())
print(socket.recv_pyobj())
