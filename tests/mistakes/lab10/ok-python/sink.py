"""Collects the results and leads the pipeline, in Python. It prints when everybody is gone."""

import argparse
import time

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--results", required=True)
parser.add_argument("--control", required=True)
parser.add_argument("--tasks", type=int, required=True)
parser.add_argument("--workers", type=int, required=True)
args = parser.parse_args()

context = zmq.Context()
results, control = context.socket(zmq.PULL), context.socket(zmq.PUB)
for name, socket, endpoint in (("results", results, args.results), ("control", control, args.control)):
    socket.bind(endpoint)
    print(f"bound {name}", socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)

counts, done, gone = {}, {}, set()


def enter(frames):
    try:
        words = [frame.decode() for frame in frames]
        if len(words) == 2 and words[0] == "ready":
            done.setdefault(words[1], 0)
        elif len(words) == 2 and words[0] == "gone":
            gone.add(words[1])
        elif len(words) == 3:
            number, count = int(words[0]), int(words[1])
            if 1 <= number <= args.tasks and number not in counts:
                counts[number] = count
                done[words[2]] = done.get(words[2], 0) + 1
    except ValueError:
        pass


def announce(word, enough):
    due = 0.0
    while not enough():
        if word and time.monotonic() >= due:
            control.send(word)
            due = time.monotonic() + 0.02
        if results.poll(20 if word else None):
            enter(results.recv_multipart())


announce(None, lambda: len(done) >= args.workers)
announce(b"go", lambda: len(counts) == args.tasks)
announce(b"stop", lambda: set(done) <= gone)
for number in sorted(counts):
    print(number, counts[number])
print("total", sum(counts.values()))
print("workers", *(f"{name}:{tasks}" for name, tasks in sorted(done.items())), flush=True)
context.destroy(linger=0)
