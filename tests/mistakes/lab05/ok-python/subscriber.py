"""The subscriber, in Python."""

import argparse
import itertools
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
parser.add_argument("--topic", metavar="T", action="append", required=True)
parser.add_argument("--count", metavar="N", type=int)
args = parser.parse_args()
topics = {topic.encode() for topic in args.topic}


def messages(socket):
    while True:
        frames = socket.recv_multipart()
        if len(frames) == 2 and frames[0] in topics:
            yield frames


with zmq.Context() as context, context.socket(zmq.SUB) as socket:
    socket.linger = 0
    for topic in topics:
        socket.subscribe(topic)
    attach(socket, args)
    for frames in itertools.islice(messages(socket), args.count):
        sys.stdout.buffer.write(b" ".join(frames) + b"\n")
        sys.stdout.buffer.flush()
