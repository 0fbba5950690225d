"""The text service, in Python."""

import argparse
import math
import sys

import zmq


def number(text):
    if not (text.isascii() and text.isdigit() and len(text) < 1000 and int(text) <= 1000):
        raise ValueError(f"{text!r} is no whole number from 0 to 1000")
    return int(text)


def fib(n):
    this, following = 0, 1
    for _ in range(n):
        this, following = following, this + following
    return this


def answer(frames):
    if len(frames) != 1:
        raise ValueError(f"{len(frames)} frames, and not one")
    verb, _, rest = frames[0].decode("utf-8").partition(" ")
    if verb == "fact":
        return str(math.factorial(number(rest)))
    if verb == "fib":
        return str(fib(number(rest)))
    if verb == "palindrome":
        letters = [letter for letter in rest.lower() if letter.isalnum()]
        return "yes" if letters == letters[::-1] else "no"
    raise ValueError(f"{verb!r} is no verb")


parser = argparse.ArgumentParser()
side = parser.add_mutually_exclusive_group(required=True)
side.add_argument("--bind", metavar="ENDPOINT")
side.add_argument("--connect", metavar="ENDPOINT")
args = parser.parse_args()
socket = zmq.Context().socket(zmq.REP)
socket.linger = 0
try:
    if args.bind:
        socket.bind(args.bind)
        print("bound", socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
    else:
        socket.connect(args.connect)
except zmq.ZMQError as error:
    print(f"cannot use {args.bind or args.connect}: {error}", file=sys.stderr)
    sys.exit(2)
while True:
    frames = socket.recv_multipart()
    try:
        reply = answer(frames)
    except ValueError as why:  # a UnicodeDecodeError is one, too
        reply = f"error: {why}"
    socket.send_string(reply)
