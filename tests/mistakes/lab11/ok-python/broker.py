"""Stands between clients and workers, in Python."""

import argparse
import collections
import sys

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--frontend", required=True)
parser.add_argument("--backend", required=True)
parser.add_argument("--lru", action="store_true")
args = parser.parse_args()


def bind(socket, name, endpoint):
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        names = {zmq.EADDRINUSE: "EADDRINUSE"}
        print(f"cannot bind {endpoint}: {names.get(error.errno, error)}", file=sys.stderr)
        sys.exit(2)
    print("bound", name, socket.get_string(zmq.LAST_ENDPOINT), flush=True)


def serve(frontend, backend):
    while True:
        if backend.getsockopt(zmq.EVENTS) & zmq.POLLOUT:
            items = [(frontend, zmq.POLLIN), (backend, zmq.POLLIN)]
        else:
            items = [(backend, zmq.POLLIN | zmq.POLLOUT)]
        for socket, events in zmq.zmq_poll(items, -1):
            if events & zmq.POLLIN:
                other = backend if socket is frontend else frontend
                other.send_multipart(socket.recv_multipart())


class Lru:
    def __init__(self, frontend, backend):
        self.frontend, self.backend = frontend, backend
        self.free = collections.OrderedDict()
        self.request = None

    def hear(self, worker, delimiter=b"?", *reply):
        if delimiter or not reply or (len(reply) == 1 and reply[0] != b"READY"):
            return
        if len(reply) > 1:
            self.frontend.send_multipart(reply)
        self.free.setdefault(worker)

    def give(self):
        while self.request and self.free:
            worker, _ = self.free.popitem(last=False)
            try:
                self.backend.send_multipart([worker, b"", *self.request])
                self.request = None
            except zmq.ZMQError as error:
                if error.errno != zmq.EHOSTUNREACH:
                    raise

    def serve(self):
        self.backend.router_mandatory = True
        while True:
            items = [(self.backend, zmq.POLLIN)]
            if self.free and not self.request:
                items.append((self.frontend, zmq.POLLIN))
            for socket, _ in zmq.zmq_poll(items, -1):
                if socket is self.backend:
                    self.hear(*self.backend.recv_multipart())
                else:
                    self.request = self.frontend.recv_multipart()
            self.give()


context = zmq.Context()
frontend = context.socket(zmq.ROUTER)
backend = context.socket(zmq.ROUTER if args.lru else zmq.DEALER)
frontend.linger = backend.linger = 0
bind(frontend, "frontend", args.frontend)
bind(backend, "backend", args.backend)
if args.lru:
    Lru(frontend, backend).serve()
else:
    serve(frontend, backend)
