"""Tells what is missing, in Python, whose numbers have no end."""

import argparse
import re
import sys

import zmq

parser = argparse.ArgumentParser()
side = parser.add_mutually_exclusive_group(required=True)
side.add_argument("--bind")
side.add_argument("--connect")
parser.add_argument("--max-lag", type=int, required=True)
args = parser.parse_args()


def meaning(last, number):
    if last is None or number == last + 1:
        return [f"got {number}"]
    if number == last:
        return []
    if number < last:
        return ["restart", f"got {number}"]
    lost = f"lost {last + 1}-{number - 1}"
    return [lost, "too slow"] if number - last - 1 > args.max_lag else [lost, f"got {number}"]


def follow(socket):
    last = None
    while True:
        frames = socket.recv_multipart()
        if frames[0] == b"end":
            return 0
        if len(frames) != 2 or not re.fullmatch(rb"[0-9]{1,20}", frames[0]):
            print("skipped", frames, file=sys.stderr)
            continue
        number = int(frames[0])
        for line in meaning(last, number):
            print(line, flush=True)
            if line == "too slow":
                return 1
        last = number


with zmq.Context() as context, context.socket(zmq.SUB) as socket:
    if args.bind:
        socket.bind(args.bind)
        print("bound", socket.last_endpoint.rstrip(b"\0").decode(), flush=True)
    else:
        socket.connect(args.connect)
    socket.subscribe(b"")
    code = follow(socket)
sys.exit(code)
