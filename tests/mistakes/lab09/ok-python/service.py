"""Hashes files in threads, in Python: a PAIR for each thread, one poller for sockets, files and signals."""

import argparse
import collections
import hashlib
import os
import signal
import socket
import sys
import threading

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--bind")
parser.add_argument("--connect")
parser.add_argument("--threads", type=int, required=True)
args = parser.parse_args()


def wait(*things):
    poller = zmq.Poller()
    for thing in things:
        poller.register(thing, zmq.POLLIN)
    return dict(poller.poll())


def hashed(path, pair):
    if path.endswith(b".panic"):
        raise RuntimeError("a bug in code that is not yours")
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        length, read, told = os.fstat(file).st_size, 0, 0
        digest = hashlib.sha256()
        while True:
            if pair in wait(pair, file):
                return "failed the service was ended"
            try:
                piece = os.read(file, 1 << 18)
            except BlockingIOError:
                continue
            if not piece:
                return "done " + digest.hexdigest()
            digest.update(piece)
            read += len(piece)
            percent = min(100, read * 100 // length) if length else 0
            if percent > told:
                told = percent
                pair.send_string(f"running {percent}%")
    finally:
        os.close(file)


def work(context, number):
    with context.socket(zmq.PAIR) as pair:
        pair.connect(f"inproc://worker-{number}")
        while path := pair.recv():
            try:
                text = hashed(path, pair)
            except Exception as error:
                text = f"failed {error}"
            pair.send_string(text)
        pair.send(b"")


class Jobs:
    def __init__(self, workers):
        self.texts = []
        self.waiting = collections.deque()
        self.at = dict.fromkeys(workers)

    def know(self, number, text):
        self.texts[number - 1] = text
        if not text.startswith("running "):
            os.write(1, f"{number} {text}\n".encode())

    def hear(self, worker):
        text = worker.recv_string()
        if text:
            self.know(self.at[worker], text)
            if not text.startswith("running "):
                self.at[worker] = None
        return text

    def deal(self):
        for worker, number in self.at.items():
            if number is None and self.waiting:
                self.at[worker], path = self.waiting.popleft()
                worker.send(path)

    def answer(self, frames):
        if len(frames) != 1:
            return "error: a request has one frame"
        verb, blank, rest = frames[0].partition(b" ")
        if verb == b"hash" and rest:
            self.texts.append("running 0%")
            self.waiting.append((len(self.texts), rest))
            return f"job {len(self.texts)}"
        if verb == b"status" and blank:
            known = rest.isdigit() and 0 < int(rest) <= len(self.texts)
            return self.texts[int(rest) - 1] if known else "unknown"
        return "bye" if frames[0] == b"stop" else "error: no such request"


def serve(control, signals, workers, jobs):
    while True:
        ready = wait(signals, control, *workers)
        if signals.fileno() in ready:
            return
        if control in ready:
            reply = jobs.answer(control.recv_multipart())
            control.send_string(reply)
            if reply == "bye":
                return
        for worker in workers:
            if worker in ready:
                jobs.hear(worker)
        jobs.deal()


def main():
    signals, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, lambda *_: None)
    context = zmq.Context()
    workers = []
    threads = []
    for number in range(args.threads):
        pair = context.socket(zmq.PAIR)
        pair.bind(f"inproc://worker-{number}")
        workers.append(pair)
        threads.append(threading.Thread(target=work, args=(context, number)))
        threads[-1].start()
    control = context.socket(zmq.REP)
    control.linger = 1000
    if args.bind:
        control.bind(args.bind)
        print("bound", control.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
    else:
        control.connect(args.connect)
    jobs = Jobs(workers)
    code = 0
    try:
        serve(control, signals, workers, jobs)
    except OSError as error:
        print(f"cannot go on: {error}", file=sys.stderr)
        code = 1
    for worker in workers:
        worker.send(b"")
    for worker in workers:
        while jobs.hear(worker):
            pass
    for number, _ in jobs.waiting:
        jobs.know(number, "failed the service was ended")
    for thread in threads:
        thread.join()
    for opened in (control, *workers):
        opened.close()
    context.term()
    return code


sys.exit(main())
