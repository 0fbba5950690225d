"""The gateway, in Python."""

import pickle

from lab03_formats import FORMATS, Refused, checked, unpickle
from lab03_socket import arguments, attach, line
import zmq


def one_line(error):
    return f"{type(error).__name__}: {error}".splitlines()[0].replace("\0", "?").encode("utf-8", "replace")


def reading(frames):
    try:
        if len(frames) != 2 or frames[0] not in FORMATS:
            raise Refused("a request is a format and a body")
        load, dump = FORMATS[frames[0]]
        value = checked(load(frames[1]))
        value["seq"] += 1
        return [frames[0], dump(checked(value))]
    except Exception as error:
        return [b"error", one_line(error)]


def text(frames):
    try:
        if len(frames) != 1:
            raise Refused("a request is one frame")
        value = unpickle(frames[0])
        if type(value) is not str:
            raise Refused("a text is wanted")
        line(value.encode())
        return [pickle.dumps("pong")]
    except Exception as error:
        return [pickle.dumps("error: " + one_line(error).decode())]


def main():
    args = arguments(lambda parser: parser.add_argument("--plain-pickle", action="store_true"))
    socket = zmq.Context().socket(zmq.REP)
    socket.linger = 0
    attach(socket, args)
    answer = text if args.plain_pickle else reading
    while True:
        socket.send_multipart(answer(socket.recv_multipart()))


if __name__ == "__main__":
    main()
