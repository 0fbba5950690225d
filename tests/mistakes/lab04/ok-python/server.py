"""Executes every payment once, in Python; its journal has a line of JSON for each answer."""

import argparse
import json
import os
import re
import sys

import zmq

parser = argparse.ArgumentParser()
parser.add_argument("--bind")
parser.add_argument("--connect")
parser.add_argument("--journal", required=True)
args = parser.parse_args()


def leave(why):
    print(f"cannot use the journal {args.journal}: {why}", file=sys.stderr)
    sys.exit(1)


def parse(line):
    name, (word, rest) = json.loads(line)
    if word == "ok":
        int(rest)
    elif word != "error":
        raise ValueError(f"{word} is no answer")
    return name, (word, rest)


class Journal:
    def __init__(self):
        try:
            self.file = os.open(args.journal, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            leave(error.strerror)
        whole, newline, torn = os.read(self.file, os.fstat(self.file).st_size).rpartition(b"\n")
        self.length = len(whole) + len(newline)
        try:
            self.answers = dict(parse(line) for line in whole.split(b"\n") if newline)
        except ValueError as error:
            leave(error)
        if torn:
            os.ftruncate(self.file, self.length)

    def write(self, name, answer):
        line = json.dumps([name, answer]).encode() + b"\n"
        try:
            if os.write(self.file, line) < len(line):
                raise OSError(0, "the disk is full")
            os.fdatasync(self.file)
        except OSError as error:
            try:
                os.ftruncate(self.file, self.length)
            except OSError:
                pass
            return error.strerror
        self.length += len(line)
        self.answers[name] = answer
        return None


def decide(amount, balance):
    if not re.fullmatch(rb"[+-]?[0-9]+", amount):
        return ["error", "this is no whole number"]
    for number in (int(amount), int(amount) + balance):
        if not -(2**63) <= number < 2**63:
            return ["error", "this does not fit"]
    return ["ok", str(balance + int(amount))]


def answer(request):
    if len(request) != 2:
        return ["error", "a payment has two frames"]
    try:
        name = request[0].decode()
    except UnicodeDecodeError:
        return ["error", "an id is text"]
    if not name or "\n" in name or "\0" in name:
        return ["error", "an id is one line"]
    if name not in journal.answers:
        balances = [int(rest) for word, rest in journal.answers.values() if word == "ok"]
        new = decide(request[1], balances[-1] if balances else 0)
        failure = journal.write(name, new)
        if failure:
            return ["error", failure]
    return journal.answers[name]


journal = Journal()
socket = zmq.Context().socket(zmq.REP)
socket.linger = 0
if args.bind:
    socket.bind(args.bind)
    print("bound", socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
else:
    socket.connect(args.connect)
while True:
    request = socket.recv_multipart()
    word, rest = answer(request)
    socket.send_multipart([word.encode(), request[0], rest.encode()])
