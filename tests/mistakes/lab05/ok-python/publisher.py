"""The publisher, in Python."""

import argparse
import sys

import zmq


def attach(socket, args):
    try:
        if args.bind:
            socket.bind(args.bind)
            print("bound", socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
        else:
            socket.connect(args.connect)
    except zmq.ZMQError as error:
        print(f"cannot use {args.bind or args.connect}: {error}", file=sys.stderr)
        sys.exit(2)


parser = argparse.ArgumentParser()
side = parser.add_mutually_exclusive_group(required=True)
side.add_argument("--bind", metavar="ENDPOINT")
side.add_argument("--connect", metavar="ENDPOINT")
args = parser.parse_args()
with zmq.Context() as context, context.socket(zmq.PUB) as socket:
    socket.linger = 10_000
    attach(socket, args)
    for line in sys.stdin.buffer:
        topic, blank, value = line.removesuffix(b"\n").partition(b" ")
        if blank:
            socket.send_multipart([topic, value])
        else:
            print("no value:", topic.decode("utf-8", "replace"), file=sys.stderr)
