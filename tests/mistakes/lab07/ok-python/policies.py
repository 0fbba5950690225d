"""The three policies, in Python; the sender that waits is a thread."""

import argparse
import sys
import threading

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--policy", choices=["oldest", "latest", "never-lose"], required=True)
parser.add_argument("--hwm", type=int, required=True)
args = parser.parse_args()
words = sys.stdin.read().split()


def send(socket):
    for word in words:
        socket.send_string(word)


def what_is_there(socket):
    while socket.poll(0):
        yield socket.recv()


def show(word):
    sys.stdout.buffer.write(word + b"\n")


with zmq.Context() as context:
    if args.policy == "never-lose":
        with context.socket(zmq.PUSH) as sender, context.socket(zmq.PULL) as receiver:
            sender.sndhwm = receiver.rcvhwm = args.hwm
            receiver.bind("inproc://words")
            sender.connect("inproc://words")
            thread = threading.Thread(target=send, args=[sender])
            thread.start()
            for _ in words:
                show(receiver.recv())
            thread.join()
    else:
        with context.socket(zmq.PUB) as sender, context.socket(zmq.SUB) as receiver:
            if args.policy == "latest":
                receiver.setsockopt(zmq.CONFLATE, 1)
            else:
                sender.sndhwm = receiver.rcvhwm = args.hwm
            sender.bind("inproc://words")
            receiver.connect("inproc://words")
            receiver.subscribe("")
            send(sender)
            for word in what_is_there(receiver):
                show(word)
    sys.stdout.buffer.flush()
