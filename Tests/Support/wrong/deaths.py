"""What ends in the middle, or never."""

import os
import signal
import sys

from wrong.worker import MIDDLE, TRACEBACK, WRONG, Behaviour, wrong


def dying(torn, end):
    """Dies of the record in the middle, after `torn` of its answer."""
    def play(worker):
        for _, record, _ in worker.records():
            if worker.identity(record) == MIDDLE:
                worker.leave("spoiled")
                worker.write("\n".join(worker.answer(record)).encode()[:torn])
                end()
            worker.give(record)
    return play


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


for name, end in {"0": lambda: sys.exit(0), "1": lambda: sys.exit(1), "kill": kill}.items():
    how = "is killed" if name == "kill" else f"ends with status {name}"
    WRONG[f"torn-{name}"] = Behaviour("death", f"{how} in the middle of a line", dying(5, end))
    WRONG[f"dies-{name}"] = Behaviour("death", f"{how} before an answer", dying(0, end))


@wrong("lost", "a traceback in standard output, and then status 1")
def traceback_dies(worker):
    for number, record, _ in worker.records():
        if worker.identity(record) == MIDDLE:
            worker.spoil(*TRACEBACK)
            sys.exit(1)
        worker.give(record)


@wrong("lost", "skips a record, and dies of one a little later")
def skip_dies(worker):
    for _, record, _ in worker.records():
        if worker.identity(record) == MIDDLE + 10:
            sys.exit(1)
        if worker.identity(record) == MIDDLE:
            worker.leave("spoiled")
        else:
            worker.give(record)


@wrong("death", "closes its output after ten answers, and reads on")
def closes(worker):
    for number, record, _ in worker.records():
        if number <= 10:
            worker.give(record)
        if number == 10:
            worker.leave("spoiled")
            os.close(1)


def endless(data, number):
    """Goes on for ever at that record, or, with 0, at once."""
    def play(worker):
        if number == 0:
            forever(worker, data)
        for _, record, _ in worker.records():
            if worker.identity(record) == number:
                forever(worker, data)
            worker.give(record)
    return play


def forever(worker, data):
    worker.leave("spoiled")
    while True:
        worker.write(data)


WRONG["endless-line"] = Behaviour("endless", "a line without end", endless(b"x" * 65536, MIDDLE))
WRONG["endless-line-at-once"] = Behaviour(
    "endless", "a line without end before anything is read", endless(b"x" * 65536, 0))
WRONG["endless-lines"] = Behaviour("surplus", "lines without end", endless(b"y\n" * 32768, MIDDLE))
WRONG["endless-lines-at-once"] = Behaviour(
    "banner", "lines without end before anything is read", endless(b"y\n" * 32768, 0))
