"""How both programs bind, connect and print."""

import argparse
import sys

import zmq


def arguments(more):
    parser = argparse.ArgumentParser()
    side = parser.add_mutually_exclusive_group(required=True)
    side.add_argument("--bind", metavar="ENDPOINT")
    side.add_argument("--connect", metavar="ENDPOINT")
    parser.add_argument("--sync", metavar="ENDPOINT")
    more(parser)
    return parser.parse_args()


def attach(socket, args):
    if args.bind:
        bind(socket, args.bind, b"bound ")
    else:
        socket.connect(args.connect)


def bind(socket, endpoint, before):
    socket.bind(endpoint)
    line(before + socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0"))


def line(raw):
    sys.stdout.buffer.write(raw + b"\n")
    sys.stdout.buffer.flush()
