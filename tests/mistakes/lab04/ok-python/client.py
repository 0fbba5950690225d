"""Asks, waits, and asks again on a new socket, in Python."""

import argparse
import sys

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--connect", required=True)
parser.add_argument("--timeout", type=int, required=True)
parser.add_argument("--tries", type=int, required=True)
parser.add_argument("--pay", action="append", required=True)
args = parser.parse_args()


def say(*frames):
    sys.stdout.buffer.write(b" ".join(frames) + b"\n")
    sys.stdout.buffer.flush()


def ask(context, name, amount):
    with context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.connect(args.connect)
        socket.send_multipart([name, amount])
        if socket.poll(args.timeout):
            return socket.recv_multipart()
    return []


def pay(context, name, amount):
    for _ in range(args.tries):
        answer = ask(context, name, amount)
        if len(answer) == 3 and answer[1] == name:
            return answer
    return None


def main():
    code = 0
    with zmq.Context() as context:
        for text in args.pay:
            name, _, amount = text.rpartition(":")
            answer = pay(context, name.encode(), amount.encode())
            if answer is None:
                say(b"gave up", name.encode())
                return 1
            say(*answer)
            if answer[0] != b"ok":
                code = 1
    return code


sys.exit(main())
