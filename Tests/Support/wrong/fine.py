"""Workers that may look wrong, and are not."""

import sys
import time

from wrong.counts import at_end
from wrong.worker import LOADING, WRONG, Behaviour, wrong


@wrong("fine", "is right")
def right(worker):
    worker.go_on()


@wrong("fine", "holds each answer back until the next record")
def late(worker):
    for _, record, _ in worker.records(ahead=True):
        worker.give(record)


@wrong("fine", "loads for a while")
def loads(worker):
    time.sleep(LOADING)
    worker.go_on()


@wrong("fine", "loads for a while when it has read the first record")
def loads_after_first(worker):
    for number, record, _ in worker.records():
        if number == 1:
            time.sleep(LOADING)
        worker.give(record)


@wrong("fine", "ends with status 0 after each forty answers, and reads no further")
def ends(worker):
    worker.input = open(0, "rb", buffering=0, closefd=False)
    for number, record, _ in worker.records():
        worker.give(record)
        if number == 40:
            sys.exit(0)


@wrong("fine", "no line feed at the end of the last answer")
def unended(worker):
    for _, record, last in worker.records(ahead=True):
        answer = "\n".join(worker.answer(record))
        worker.write((answer if last else answer + "\n").encode())


WRONG["end-only"] = Behaviour("fine", "answers at the end of the input", at_end(lambda all: all))
