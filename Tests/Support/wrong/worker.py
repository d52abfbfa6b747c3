"""What all wrong workers do: read records, and print answers as the protocol wants them."""

import json
import os
import pathlib
import select
import sys
import time

# A model of a program that loads: longer than a pipe takes, and no more.
LOADING = 0.1
# For another worker to be there.
PATIENCE = 5.0
READY = "the model is loaded"
# The record in the middle, by its id.
MIDDLE = 150
TRACEBACK = ["Traceback (most recent call last):", '  File "worker.py", line 7, in <module>',
             "    print(model(record))", "ValueError: no answer to that"]
# Behaviours by name.
WRONG = {}


class Behaviour:
    def __init__(self, kind, description, play):
        self.kind, self.description, self.play = kind, description, play


def wrong(kind, description):
    """Adds a function to what can go wrong, by its name."""
    def add(play):
        WRONG[play.__name__.replace("_", "-")] = Behaviour(kind, description, play)
        return play
    return add


class Worker:
    """Reads records and prints answers, as the protocol wants them."""

    def __init__(self, options):
        self.options = options
        self.state = pathlib.Path(options.state)
        self.number = int(os.environ.get("VIMAP_WORKER", 0))
        self.input = sys.stdin.buffer

    def records(self, ahead=False):
        """The number of each record, from 1, the record, and, if `ahead`, whether it is the last;
        for that it has to wait for the next."""
        before = None
        for number, line in enumerate(self.input, 1):
            item = number, json.loads(line)
            if not ahead:
                yield *item, False
            elif before:
                yield *before, False
            before = item
        if ahead and before:
            yield *before, True

    def answer(self, record):
        """The lines of the right answer."""
        if self.options.envelope:
            return [text({"id": record["id"], "out": value(record["in"])})]
        if self.options.text:
            return [f"answer {record['id']}"]
        if self.options.many is None:
            return [text(value(record))]
        parts = [text({"part": part, "out": value(record)["out"]})
                 for part in range(record["id"] % 4)]
        return [*parts, self.options.many]

    def identity(self, record):
        return record["in"]["id"] if self.options.envelope else record["id"]

    def say(self, *lines):
        self.write("".join(line + "\n" for line in lines).encode())

    def spoil(self, *lines):
        """Prints what should not be there, and leaves word of it."""
        self.leave("spoiled")
        self.say(*lines)

    def write(self, data):
        while data:
            data = data[os.write(1, data):]

    def give(self, *records):
        for record in records:
            self.say(*self.answer(record))

    def go_on(self):
        """Is right from here on."""
        for _, record, _ in self.records():
            self.give(record)

    def leave(self, name):
        (self.state / name).touch()

    def has(self, name):
        return (self.state / name).exists()

    def wait_for_record(self):
        select.select([self.input], [], [])

    def meet(self):
        """Has the first worker wait until there is another, so that vimap starts more than one."""
        self.wait_for_record()
        if self.number > 0:
            return self.leave("another")
        end = time.monotonic() + PATIENCE
        while not self.has("another") and time.monotonic() < end:
            time.sleep(0.001)


def value(record):
    return {"id": record["id"], "out": f"answer {record['id']}"}


def text(json_value):
    return json.dumps(json_value, separators=(",", ":"))
