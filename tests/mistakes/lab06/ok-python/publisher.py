"""Publishes the numbers once all subscribers are there, in Python. Its socket tells of every leave, too, and waits where a queue is full."""

import zmq
from lab06_socket import arguments, attach, bind


def more(parser):
    parser.add_argument("--subscribers", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)


def wait_for(socket, subscribers):
    live = 0
    while live < subscribers:
        live += 1 if socket.recv()[0] == 1 else -1


def wait_until_seen(sync, socket, subscribers):
    seen = 0
    while seen < subscribers:
        socket.send(b"hello")
        if sync.poll(20):
            sync.recv()
            sync.send(b"ok")
            seen += 1


args = arguments(more)
context = zmq.Context()
socket = context.socket(zmq.XPUB)
socket.setsockopt(zmq.XPUB_VERBOSER, 1)
socket.setsockopt(zmq.XPUB_NODROP, 1)
socket.linger = -1
attach(socket, args)
if args.sync:
    sync = context.socket(zmq.REP)
    bind(sync, args.sync, b"bound sync ")
    wait_until_seen(sync, socket, args.subscribers)
    sync.close(linger=1000)
else:
    wait_for(socket, args.subscribers)
for number in range(1, args.count + 1):
    socket.send(b"%d" % number)
socket.send(b"end")
socket.close()
context.term()
