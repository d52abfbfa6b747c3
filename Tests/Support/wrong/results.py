"""What a run of a wrong worker has given, and what must hold of it whatever the worker did.

Every record that was read comes out once. A row is right if its answer is the record's own, and a
wrong one is named: it is in a range that a message gives, and in what is to be fed again.
"""
import collections
import json
import re

from havoc.runs import Failure

STATUSES = {0, 1, 69, 70}
KINDS = {"exit", "signal", "invalid_output", "spawn", "worker", "unpaired", "cancelled"}

ANSWER = re.compile(r"answer (?:[\xe0\ufffd])?(\d+)")
# What an encoding leaves between the letters.
NOISE = re.compile("[\0\ufffd\ufeff]")
SUSPECTS = re.compile(
    r"outputs? of (?:(\d+) records?, from (\d+) to (\d+)|record (\d+)),? may stand beside the wrong")
SUMMARY = re.compile(r"^vimap: (\d+) of (\d+) records? failed")


class Results:
    def __init__(self, folder, mode, records, may_be_null):
        self.mode, self.records, self.may_be_null = mode, records, may_be_null
        self.right, self.wrong, self.exceptions = set(), {}, {}
        self.order = []
        # Not by splitlines, which knows other ends of lines too: none of them may be there.
        said = (folder / "err").read_bytes().decode(errors="replace")
        self.messages = said.removesuffix("\n").split("\n") if said else []
        with open(folder / "out", "rb") as rows:
            for row in rows:
                self.take(row)
        with open(folder / "failed", "rb") as lines:
            self.failed = [self.record(line) for line in lines]
        self.suspects = set(self.failed) - set(self.exceptions)
        self.ranges = [named(found) for line in self.messages if (found := SUSPECTS.search(line))]

    def take(self, line):
        try:
            row = json.loads(line)
            record, out, meta = row["in"]["id"], row["out"], row["meta"]
        except (ValueError, TypeError, KeyError):
            raise Failure(f"no result: {line[:200]!r}") from None
        if not line.endswith(b"\n") or meta["index"] != record or meta["line"] != record:
            raise Failure(f"a torn row, or one of another record: {line[:200]!r}")
        self.order.append(record)
        if row["type"] == "exception":
            if out["kind"] not in KINDS:
                raise Failure(f"an exception of an unknown kind: {line[:200]!r}")
            self.exceptions[record] = out["kind"]
        elif self.fits(record, out):
            self.right.add(record)
        else:
            self.wrong[record] = out

    def record(self, line):
        if found := re.fullmatch(rb'\{"id":(\d+)\}\n', line):
            return int(found[1])
        raise Failure(f"cannot be fed again: {line[:200]!r}")

    def fits(self, record, out):
        """Whether an answer is the record's own, apart from what may be around it."""
        if out in (None, "null", [None], ["null"]):
            return self.may_be_null
        numbers = ANSWER.findall(NOISE.sub("", json.dumps(out, ensure_ascii=False)
                                           .replace("\\u0000", "")))
        if self.mode == "many":
            return isinstance(out, list) and numbers == [str(record)] * (record % 4)
        return numbers == [str(record)]

    def expect_honest(self, status, stops):
        """What holds of every run."""
        counts = collections.Counter(self.order)
        if twice := [record for record, count in counts.items() if count > 1]:
            raise Failure(f"{len(twice)} records came twice, such as {twice[0]}")
        # A run that stops leaves what it has not read.
        last = max(self.order, default=0)
        if last < self.records and status != 69 and not (stops and status == 70):
            raise Failure(f"records from {last + 1} on are missing, with status {status}")
        if missing := set(range(1, last + 1)) - set(counts):
            raise Failure(f"{len(missing)} of {last} records are missing, such as {min(missing)}")
        if status not in STATUSES:
            raise Failure(f"status {status}")
        if (status == 0) != (not self.exceptions and not self.ranges) and status not in (69, 70):
            raise Failure(f"status {status} with {len(self.exceptions)} exceptions")
        if "unpaired" in self.exceptions.values() and status not in (69, 70):
            raise Failure(f"status {status} with unpaired records")
        self.expect_messages(status)
        self.expect_failed()

    def expect_messages(self, status):
        if status != 0 and not self.messages:
            raise Failure(f"status {status} without a word")
        for line in self.messages:
            if not re.match(r"vimap: [^\0-\x1f\x7f]+$", line):
                raise Failure(f"on standard error: {line[:200]!r}")
            if (found := SUMMARY.match(line)) and int(found[1]) != len(self.exceptions):
                raise Failure(f"{len(self.exceptions)} exceptions, and the summary: {line}")

    def expect_failed(self):
        """What is to be fed again: each exception and each suspect once."""
        if len(self.failed) != len(set(self.failed)):
            raise Failure("a record is twice in what is to be fed again")
        if missing := set(self.exceptions) - set(self.failed):
            raise Failure(f"exceptions are not to be fed again, such as {min(missing)}")
        if never := self.suspects - set(self.order):
            raise Failure(f"to be fed again, and not in the results: {min(never)}")
        written = sum(count for count, _, _ in self.ranges)
        if written != len(self.suspects):
            raise Failure(f"{written} suspects named, {len(self.suspects)} to be fed again")
        for record in self.suspects:
            if not self.is_named(record):
                raise Failure(f"suspect {record} is in no range that was named")
        for _, first, last in self.ranges:
            if not {first, last} <= self.suspects:
                raise Failure(f"no suspects: {first} or {last}, the ends of a range")

    def is_named(self, record):
        return any(first <= record <= last for _, first, last in self.ranges)

    def expect(self, expected, status, was_spoiled, stops):
        """What holds of this worker."""
        unnamed = set(self.wrong) - self.suspects
        sample = ", ".join(f"{record}: {str(self.wrong[record])[:60]}"
                           for record in sorted(unnamed or self.wrong)[:2])
        if not expected.unknowable:
            if unnamed:
                raise Failure(f"{len(unnamed)} wrong rows, and nobody was told: {sample}")
            if self.wrong and status != 70:
                raise Failure(f"status {status} with wrong rows")
            if self.wrong and expected.strict:
                raise Failure(f"{len(self.wrong)} wrong rows were written: {sample}")
        match expected.verdict:
            case "right" if status != 0 or len(self.right) != self.records:
                raise Failure(f"status {status} and {len(self.right)} of {self.records} right")
            # One whose every command prints too much may come to no answer at all.
            case "found" if was_spoiled and status != 70 and (stops or status != 69):
                raise Failure(f"status {status}, though order was lost")
            case "exceptions" if was_spoiled and (status != 1 or self.suspects):
                raise Failure(f"status {status} with {len(self.suspects)} suspects")
        if expected.exceptions is not None and was_spoiled:
            if set(self.exceptions) != expected.exceptions:
                raise Failure(f"{len(self.exceptions)} exceptions, such as "
                              f"{min(self.exceptions, default=0)}")

    def expect_order(self):
        if self.order != sorted(self.order):
            raise Failure("not in the order of the input")

    def counts(self):
        unpaired = sum(kind == "unpaired" for kind in self.exceptions.values())
        return [len(self.right), len(self.wrong), unpaired, len(self.exceptions) - unpaired,
                len(self.suspects)]


def named(found):
    count, first, last, only = found.groups()
    return (1, int(only), int(only)) if only else (int(count), int(first), int(last))
