"""A publisher in Python, as many are written: it binds, and sends what it likes. It waits until somebody has subscribed, so that
nothing is lost, and goes on until its standard input ends."""

import sys

import zmq

with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
    socket.linger = 10_000
    socket.bind(sys.argv[1])
    print("bound", socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0"), flush=True)
    wanted = {b"temp.1", b"door"}
    while wanted:
        told = socket.recv()
        assert told[:1] == b"\1", told
        wanted.remove(told[1:])
    socket.send_string("temp.1 in one frame")
    socket.send_multipart([b"temp.10", b"3.9"])
    socket.send_multipart([b"temp.1", "21 °C".encode()])
    socket.send_multipart([b"temp.1", b"three", b"frames"])
    socket.send_multipart([b"cellar", b"nobody wants this"])
    socket.send_multipart([b"door", b""])
    socket.send(b"door", zmq.SNDMORE)
    socket.send(bytes([0xFF, 0x00, 0xFE]))
    socket.send_json({"door": "open"})
    socket.send_multipart([b"temp.1", b"  blanks  "])
    sys.stdin.read()
