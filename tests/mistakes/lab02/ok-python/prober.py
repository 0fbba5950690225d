"""The prober, in Python."""

import argparse
import errno
import sys

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--connect", metavar="ENDPOINT", action="append", required=True)
args = parser.parse_args()


def show(line):
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def name(error):
    if error.errno == zmq.EFSM:
        return b"EFSM"
    return errno.errorcode.get(error.errno, str(error.errno)).encode()


with zmq.Context() as context, context.socket(zmq.REQ) as socket:
    socket.linger = 1000
    for endpoint in args.connect:
        socket.connect(endpoint)
    for line in sys.stdin.buffer:
        line = line.rstrip(b"\n")
        try:
            if line.startswith(b"send "):
                socket.send(line[len(b"send "):])
                show(b"sent")
            elif line == b"recv":
                show(socket.recv())
            else:
                print("odd line:", line.decode("utf-8", "replace"), file=sys.stderr, flush=True)
        except zmq.ZMQError as error:
            show(name(error))
