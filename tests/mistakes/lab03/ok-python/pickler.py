"""The pickler, in Python: the pyobj calls with a lock on the receiving one."""

import sys

import zmq
from lab03_formats import unpickle
from lab03_socket import arguments, attach, line


def more(parser):
    parser.add_argument("--text", default="ping")
    parser.add_argument("--count", type=int, default=1)


args = arguments(more)
with zmq.Context() as context, context.socket(zmq.REQ) as socket:
    attach(socket, args)
    for _ in range(args.count):
        socket.send_pyobj(args.text)
        try:
            text = unpickle(socket.recv())
            if type(text) is not str:
                raise ValueError("no text")
            raw = text.encode()
        except Exception as error:
            print(f"cannot read the reply: {error!r}", file=sys.stderr)
            sys.exit(1)
        line(raw)
