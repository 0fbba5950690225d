"""A subscriber in Python: prints the frames of each message as Python writes bytes, and ends after a message whose value is `end`."""

import sys

import zmq

with zmq.Context() as context, context.socket(zmq.SUB) as socket:
    for topic in sys.argv[2:]:
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)
    socket.connect(sys.argv[1])
    while True:
        frames = socket.recv_multipart()
        print(*frames, flush=True)
        if frames[-1] == b"end":
            break
