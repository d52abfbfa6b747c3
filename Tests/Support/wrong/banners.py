"""What comes before the first answer."""

import sys
import time

from wrong.worker import LOADING, READY, WRONG, Behaviour, wrong

BANNERS = {
    "text": ("a line of text", [READY]),
    "json": ("a line of JSON", ['{"status":"ready","threads":4}']),
    "lines": ("several lines", ["Model 1.3", "", "weights: 3 files", "model 3 loaded"]),
    "number": ("a number, as cat -n or a counter would print", ["1"]),
    "blank": ("an empty line", [""]),
}


def banner(lines):
    def play(worker):
        worker.spoil(*lines)
        worker.go_on()
    return play


for name, (what, lines) in BANNERS.items():
    WRONG[f"banner-{name}"] = Behaviour(
        "banner", f"{what} before anything is read", banner(lines))


@wrong("banner", "loads, and then prints a line before anything is read")
def banner_late(worker):
    time.sleep(LOADING)
    worker.spoil(READY)
    worker.go_on()


@wrong("banner", "prints a line as it begins to load, and another when it has loaded")
def banner_around(worker):
    worker.spoil("loading the model")
    time.sleep(LOADING)
    worker.spoil(READY)
    worker.go_on()


@wrong("banner", "prints a line when its first record can be read, before it reads it")
def banner_when_fed(worker):
    worker.wait_for_record()
    worker.spoil(READY)
    worker.go_on()


@wrong("banner", "the same, but loads for a while before it reads the record")
def banner_then_loads(worker):
    worker.wait_for_record()
    worker.spoil(READY)
    time.sleep(LOADING)
    worker.go_on()


@wrong("banner", "reads the first record, and prints a line and then the answer")
def banner_after_first(worker):
    for number, record, _ in worker.records():
        if number == 1:
            worker.spoil(READY)
        worker.give(record)


@wrong("banner", "reads the first record, prints a line, loads, and answers")
def banner_reads_loads(worker):
    for number, record, _ in worker.records():
        if number == 1:
            worker.spoil(READY)
            time.sleep(LOADING)
        worker.give(record)


@wrong("banner", "dies once, and the next command begins with a warning")
def banner_after_crash(worker):
    crashed = f"crashed.{worker.number}"
    if worker.has(crashed):
        worker.spoil("warning: recovering from an unclean exit")
    for number, record, _ in worker.records():
        if number == 20 and not worker.has(crashed):
            worker.leave(crashed)
            sys.exit(3)
        worker.give(record)


@wrong("banner", "every second worker prints a line before anything is read")
def banner_in_some(worker):
    if worker.number % 2:
        worker.spoil(READY)
    worker.meet()
    worker.go_on()
