"""Deals tasks out to the workers, in Python, the largest first."""

import argparse
import sys

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--bind", required=True)
parser.add_argument("--control", required=True)
parser.add_argument("--tasks", type=int, required=True)
parser.add_argument("--max", type=int, default=10_000)
args = parser.parse_args()

context = zmq.Context()
tasks = context.socket(zmq.PUSH)
tasks.bind(args.bind)
endpoint = tasks.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0")
sys.stdout.buffer.write(b"bound " + endpoint + b"\n")
sys.stdout.buffer.flush()
with context.socket(zmq.SUB) as control:
    control.linger = 0
    control.subscribe(b"")
    control.connect(args.control)
    while control.recv() != b"go":
        pass
for number in range(args.tasks, 0, -1):
    tasks.send_multipart([b"%d" % number, b"%d" % (number % args.max + 1)])
# Without a linger of its own a socket waits for as long as it takes.
tasks.close()
context.term()
