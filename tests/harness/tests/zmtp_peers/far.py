"""The socket's part of a conversation with the raw peer, played by pyzmq; far.rs says the same in Rust.

far.py CONVERSATION ENDPOINT: connects to the endpoint, and keeps the socket open until standard input ends.
"""

import sys

import zmq

DEADLINE = 30_000  # milliseconds; ends a hang


def connected(context, kind, endpoint, **options):
    socket = context.socket(kind)
    socket.linger, socket.rcvtimeo, socket.sndtimeo = 0, DEADLINE, DEADLINE
    for name, value in options.items():
        setattr(socket, name, value)
    socket.connect(endpoint)
    return socket


def expect(seen, expected):
    if seen != expected:
        sys.exit(f"received {seen!r} and not {expected!r}")


def play(name, context, endpoint):
    def new(kind, **options):
        return connected(context, kind, endpoint, **options)

    if name == "req":
        socket = new(zmq.REQ, identity=b"client-7")
        socket.send(b"hello")
        expect(socket.recv(), b"world")
        socket.send(b"again")
    elif name == "rep":
        socket = new(zmq.REP)
        socket.send(socket.recv().upper())
    elif name in ("sub", "sub-of-old-publisher"):
        socket = new(zmq.SUB)
        socket.subscribe(b"weather")
        socket.subscribe(b"")
        expect(socket.recv(), b"go")
        socket.unsubscribe(b"weather")
    elif name == "xpub":
        socket = new(zmq.XPUB)
        expect(socket.recv(), b"\x01new")
        expect(socket.recv(), b"\x01old")
        socket.send_multipart([b"new", b"1"])
        socket.send_multipart([b"old", b"2"])
    elif name == "dealer":
        socket = new(zmq.DEALER, heartbeat_ivl=50, heartbeat_ttl=300, heartbeat_timeout=DEADLINE)
        socket.send_multipart([b"part", b"", b"x" * 300])
        socket.send(b"")
    elif name == "plain":
        socket = new(zmq.DEALER, plain_username=b"anna", plain_password=b"secret")
        socket.send(b"in")
    elif name == "curve":
        server, _ = zmq.curve_keypair()
        public, secret = zmq.curve_keypair()
        socket = new(zmq.DEALER, curve_serverkey=server, curve_publickey=public, curve_secretkey=secret)
    elif name == "refusal":
        authenticator = context.socket(zmq.REP)
        authenticator.linger, authenticator.rcvtimeo = 0, DEADLINE
        authenticator.bind("inproc://zeromq.zap.01")
        socket = new(zmq.REP, zap_domain=b"all")
        request = authenticator.recv_multipart()
        authenticator.send_multipart([b"1.0", request[1], b"400", b"", b"", b""])
        authenticator.close()
    else:
        sys.exit(f"no conversation is called {name}")
    return socket


def main():
    if sys.argv[1] == "--version":
        print(f"pyzmq {zmq.__version__} with libzmq {zmq.zmq_version()}")
        return
    context = zmq.Context()
    socket = play(sys.argv[1], context, sys.argv[2])
    sys.stdin.read()
    socket.close()
    context.term()


main()
