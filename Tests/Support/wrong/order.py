"""As many lines as records, in another order."""

from wrong.worker import MIDDLE, wrong


@wrong("early", "an answer before it reads anything, and so always one ahead")
def ahead(worker):
    worker.spoil(*worker.answer({"id": 0, "in": {"id": 0}}))
    worker.go_on()


@wrong("order", "two answers in the middle change places")
def swap(worker):
    kept = None
    for _, record, _ in worker.records():
        if worker.identity(record) == MIDDLE:
            kept = record
            continue
        worker.give(record)
        if kept:
            worker.leave("spoiled")
            worker.give(kept)
            kept = None
    if kept:
        worker.give(kept)


@wrong("order", "answers four records at a time, the last first")
def reverse_4(worker):
    kept = []
    for _, record, last in worker.records(ahead=True):
        kept.insert(0, record)
        if len(kept) == 4 or last:
            worker.leave("spoiled")
            worker.give(*kept)
            kept = []


@wrong("heals", "skips a record, and answers twice to one a little later")
def heals(worker):
    for number, record, _ in worker.records():
        if number % 10 != 5:
            worker.give(record)
        if number % 10 == 8:
            worker.leave("spoiled")
            worker.give(record)


@wrong("heals", "answers twice to a record, and skips one a little later")
def heals_behind(worker):
    for number, record, _ in worker.records():
        if number % 10 == 5:
            worker.leave("spoiled")
            worker.give(record)
        if number % 10 != 8:
            worker.give(record)
