"""How both programs bind and connect, and what they refuse."""

import argparse
import os
import sys

import zmq


def arguments(with_count):
    parser = argparse.ArgumentParser()
    side = parser.add_mutually_exclusive_group(required=True)
    side.add_argument("--bind", metavar="ENDPOINT")
    side.add_argument("--connect", metavar="ENDPOINT")
    if with_count:
        parser.add_argument("--count", type=int, default=1)
    return parser.parse_args()


def refuse(endpoint, why):
    print(f"cannot use {endpoint}: {why}", file=sys.stderr)
    sys.exit(2)


def check(endpoint, binds):
    if endpoint.startswith("tcp://"):
        host, colon, port = endpoint[len("tcp://"):].rpartition(":")
        if not colon:
            refuse(endpoint, "no colon before the port")
        if not binds and "*" in (host, port):
            refuse(endpoint, "* is for binding")
        if port != "*" and not (port.isdigit() and int(port) <= 65535):
            refuse(endpoint, f"{port} is no port")
    if binds and endpoint.startswith("ipc:///"):
        folder = os.path.dirname(endpoint[len("ipc://"):])
        if not os.path.isdir(folder):
            refuse(endpoint, f"{folder} is no folder")


def attach(socket, args):
    endpoint = args.bind or args.connect
    check(endpoint, args.bind is not None)
    try:
        if args.bind:
            socket.bind(endpoint)
            got = socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
            print("bound", got, flush=True)
        else:
            socket.connect(endpoint)
    except zmq.ZMQError as error:
        name = {zmq.EADDRINUSE: "EADDRINUSE"}.get(error.errno, error.errno)
        refuse(endpoint, f"{name}, {error}")
