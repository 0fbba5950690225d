"""Counts primes for the ventilator, in Python."""

import argparse
import os
import sys

import zmq


def primes_up_to(n):
    return sum(all(number % d for d in range(2, int(number**0.5) + 1)) for number in range(2, n + 1))


def task_of(frames):
    try:
        if len(frames) == 2 and all(frame.isdigit() for frame in frames):
            return int(frames[0]), int(frames[1])
    except ValueError:
        pass
    return None


parser = argparse.ArgumentParser()
for option in ("--tasks", "--results", "--control"):
    parser.add_argument(option, required=True)
parser.add_argument("--name", default=f"python-{os.getpid()}")
args = parser.parse_args()
name = args.name.encode()

context = zmq.Context()
tasks, results, control = context.socket(zmq.PULL), context.socket(zmq.PUSH), context.socket(zmq.SUB)
control.linger = 0
control.subscribe(b"stop")
tasks.connect(args.tasks)
results.connect(args.results)
control.connect(args.control)
results.send_multipart([b"ready", name])
poller = zmq.Poller()
poller.register(tasks, zmq.POLLIN)
poller.register(control, zmq.POLLIN)
while True:
    ready = dict(poller.poll())
    if tasks in ready:
        frames = tasks.recv_multipart()
        task = task_of(frames)
        if task is None:
            print("skipped a message that is no task", file=sys.stderr)
        else:
            results.send_multipart([b"%d" % task[0], b"%d" % primes_up_to(task[1]), name])
    elif control in ready and control.recv() == b"stop":
        break
results.send_multipart([b"gone", name])
results.close()
tasks.close()
control.close()
context.term()
