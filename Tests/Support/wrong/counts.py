"""Lines too many or too few, at one place or several."""

import json

from wrong.worker import MIDDLE, TRACEBACK, WRONG, Behaviour, text, wrong

PLACES = {
    "1st": ("the first record", lambda number, id, last: number == 1),
    "2nd": ("the second record", lambda number, id, last: number == 2),
    "3rd": ("the third record", lambda number, id, last: number == 3),
    "10th": ("the tenth record", lambda number, id, last: number == 10),
    "100th": ("the hundredth record", lambda number, id, last: number == 100),
    "middle": (f"the record with id {MIDDLE}", lambda number, id, last: id == MIDDLE),
    "last": ("the last record", lambda number, id, last: last),
    "every-3rd": ("every third record", lambda number, id, last: number % 3 == 0),
    "every-7th": ("every seventh record", lambda number, id, last: number % 7 == 0),
    "all": ("every record", lambda number, id, last: True),
}


def at(places, act):
    """Does `act` at one record of those, and answers the others."""
    def play(worker):
        for number, record, last in worker.records(ahead=places == "last"):
            if PLACES[places][1](number, worker.identity(record), last):
                worker.leave("spoiled")
                act(worker, record)
            else:
                worker.give(record)
    return play


def family(name, kind, what, places, act):
    for place in places.split():
        WRONG[f"{name}-{place}"] = Behaviour(kind, f"{what} {PLACES[place][0]}", at(place, act))


def shift(worker, record):
    lines = worker.answer(record)
    head, tail = lines[0][:len(lines[0]) // 2], lines[0][len(lines[0]) // 2:]
    worker.say(head, tail, *lines[1:])


family("log", "surplus", "a line of a log before the answer to",
       "1st 2nd 3rd 10th 100th middle last every-7th",
       lambda worker, record: worker.say("INFO at work", *worker.answer(record)))
family("log-json", "surplus", "a line of a log in JSON before the answer to", "10th every-7th",
       lambda worker, record: worker.say('{"level":"info"}', *worker.answer(record)))
family("log-behind", "surplus", "a line of a log behind the answer to", "1st middle last all",
       lambda worker, record: worker.say(*worker.answer(record), "INFO done"))
family("blank", "blank", "an empty line before the answer to", "1st middle last",
       lambda worker, record: worker.say("", *worker.answer(record)))
family("double", "surplus", "twice the answer to", "1st middle last every-3rd all",
       lambda worker, record: worker.give(record, record))
family("split", "surplus", "two lines for the answer to", "1st middle last all", shift)
family("skip", "missing", "no answer to", "1st middle last every-3rd all",
       lambda worker, record: None)
family("null", "fine", "null for", "middle every-3rd",
       lambda worker, record: worker.say(*null(worker, record)))


def null(worker, record):
    if worker.options.envelope:
        return [text({"id": record["id"], "out": None})]
    return ["null"] if worker.options.many is None else ["null", worker.options.many]


@wrong("surplus", "answers over several lines, as a pretty printer does")
def pretty(worker):
    for _, record, _ in worker.records():
        if worker.options.text or worker.options.many is not None:
            worker.spoil("{", *worker.answer(record), "}")
        else:
            worker.spoil(*json.dumps(json.loads(worker.answer(record)[0]), indent=2).split("\n"))


@wrong("surplus", "prints what it reads, and then the answer")
def echo(worker):
    for _, record, _ in worker.records():
        worker.spoil(text(record), *worker.answer(record))


@wrong("surplus", "a line too many when it has answered everything")
def summary(worker):
    worker.go_on()
    worker.spoil("done")


@wrong("surplus", "standard error in standard output: the tenth answer is a traceback")
def traceback_goes_on(worker):
    for number, record, _ in worker.records():
        if number == 10:
            worker.spoil(*TRACEBACK)
        else:
            worker.give(record)


@wrong("missing", "skips every third record, and answers at the end, like a jq select")
def select_held(worker):
    kept = []
    for number, record, _ in worker.records():
        kept += worker.answer(record) if number % 3 else []
    if kept:
        worker.spoil(*kept)


@wrong("missing", "every second worker skips every third record")
def skip_in_some(worker):
    worker.meet()
    for number, record, _ in worker.records():
        if worker.number % 2 and number % 3 == 0:
            worker.leave("spoiled")
        else:
            worker.give(record)


def merged(joined):
    """Two answers in one line at the middle."""
    def play(worker):
        kept = []
        for _, record, _ in worker.records():
            if worker.identity(record) == MIDDLE:
                kept = worker.answer(record)
            elif kept:
                worker.spoil(joined(kept[-1], worker.answer(record)[0]))
                kept = []
            else:
                worker.give(record)
        if kept:
            worker.say(*kept)
    return play


WRONG["merge"] = Behaviour("missing", "two answers one behind the other in a line",
                           merged(lambda one, other: one + other))
WRONG["merge-array"] = Behaviour("missing", "two answers in a line as an array",
                                 merged(lambda one, other: f"[{one},{other}]"))


@wrong("missing", "holds an answer back until the next record, and forgets the last")
def late_forgets(worker):
    for _, record, last in worker.records(ahead=True):
        if last:
            worker.leave("spoiled")
        else:
            worker.give(record)


def at_end(spoiled):
    """All answers at the end of the input, as `spoiled` makes them."""
    def play(worker):
        records = [record for _, record, _ in worker.records()]
        if records:
            worker.leave("spoiled")
        worker.give(*spoiled(records))
    return play


WRONG["end-without-1st"] = Behaviour(
    "missing", "answers at the end of the input, without the first", at_end(lambda all: all[1:]))
WRONG["end-without-last"] = Behaviour(
    "missing", "answers at the end of the input, without the last", at_end(lambda all: all[:-1]))
WRONG["end-twice-1st"] = Behaviour(
    "surplus", "answers at the end of the input, the first twice",
    at_end(lambda all: all[:1] + all))
WRONG["end-twice-last"] = Behaviour(
    "surplus", "answers at the end of the input, the last twice",
    at_end(lambda all: all + all[-1:]))
