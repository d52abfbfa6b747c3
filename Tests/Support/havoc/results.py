"""What a run of `chaos` must give: records in, and the results of each format checked.

A record is {"id":N,"text":…} with N from 0; its answer is {"of":N}.
"""

import re

from havoc.runs import Failure

FORMATS = ["object", "array", "pair", "out", "none"]
# To these, exceptions go beside the results; of the others they go to standard error.
WITH_EXCEPTIONS = ["object", "array"]
# Longer than what is read at once.
LONG = 2_000_000
KINDS = b"signal|worker|exit|cancelled"

RECORD = rb'\{"id":(\d+),"text":"x*"\}'
ANSWER = rb'\{"of":(\d+)\}'
EXCEPTION = rb'\{"kind":"(?:' + KINDS + rb')",.*\}'
OUTPUTS = {
    "object": rb'\{"in":' + RECORD + rb',"out":' + ANSWER + rb',"type":"output"\}',
    "array": rb"\[" + RECORD + rb"," + ANSWER + rb',"output"\]',
    "pair": rb"\[" + RECORD + rb"," + ANSWER + rb"\]",
    "out": ANSWER,
    "none": rb"(?!)",
}
EXCEPTION_OBJECT = rb'\{"in":' + RECORD + rb',"out":' + EXCEPTION + rb',"type":"exception"\}'
EXCEPTIONS = {name: EXCEPTION_OBJECT for name in FORMATS}
EXCEPTIONS["array"] = rb"\[" + RECORD + rb"," + EXCEPTION + rb',"exception"\]'

# vimap's own last word; how many failed, and of how many.
SUMMARY = re.compile(rb"vimap: (\d+) of \d+ records? failed: .*")

# What is said when an interrupt has come.
STOPPING = re.compile(rb"vimap: stopping on SIGINT: .*; a second signal \(\^C\) ends all at once")

# What is said of a run that was stopped: the first line that it has not read.
REST = re.compile(rb"vimap: .* was not read from line (\d+) on")


def write_records(path, count, has_long):
    with open(path, "w") as file:
        for number in range(count):
            length = LONG if has_long and number % 100 == 50 else number * 7 % 60
            file.write(f'{{"id":{number},"text":"{"x" * length}"}}\n')


class Results:
    """Outputs and exceptions by the numbers of their records, in the order in which they came."""

    def __init__(self, form, output, errors, torn=False):
        """Reads them. Where the reader was killed, it may have torn the last line."""
        self.outputs = []
        self.exceptions = []
        self.order = []
        self.failed = None
        self.rest = None
        self.read(output, re.compile(OUTPUTS[form]),
                  re.compile(EXCEPTIONS[form] if form in WITH_EXCEPTIONS else rb"(?!)"), torn)
        self.read(errors, re.compile(rb"(?!)"),
                  re.compile(rb"(?!)" if form in WITH_EXCEPTIONS else EXCEPTIONS[form]), False)
        if self.failed not in (None, len(self.exceptions)):
            raise Failure(f"{self.failed} failures summed up, {len(self.exceptions)} written")
        # Outputs of some formats are not written.
        if form != "none" and self.rest not in (None, len(self.outputs) + len(self.exceptions) + 1):
            raise Failure(f"{len(self.outputs)} outputs, {len(self.exceptions)} exceptions, and not"
                          f" read from line {self.rest} on")

    def read(self, path, output, exception, torn):
        with open(path, "rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    if torn:
                        return
                    raise Failure(f"a torn line: {line[:200]!r}")
                line = line[:-1]
                if found := output.fullmatch(line):
                    numbers = {int(number) for number in found.groups()}
                    if len(numbers) > 1:
                        raise Failure(f"another record's answer: {line[:200]!r}")
                    self.outputs += numbers
                    self.order += numbers
                elif found := exception.fullmatch(line):
                    self.exceptions.append(int(found[1]))
                    if path.name == "out":
                        self.order.append(int(found[1]))
                elif path.name == "err" and (found := SUMMARY.fullmatch(line)):
                    self.failed = int(found[1])
                elif path.name == "err" and (found := REST.fullmatch(line)):
                    self.rest = int(found[1])
                elif path.name == "out" or not STOPPING.fullmatch(line):
                    raise Failure(f"in {path.name}: {line[:300]!r}")

    def expect_once(self):
        seen = self.outputs + self.exceptions
        if len(seen) != len(set(seen)):
            raise Failure(f"{len(seen) - len(set(seen))} records came twice")

    def expect_order(self):
        for before, after in zip(self.order, self.order[1:]):
            if after <= before:
                raise Failure(f"record {after} behind {before}")

    def expect_all(self, count, form):
        """Every record came; where outputs are written nowhere, at least nothing else did."""
        seen = set(self.outputs + self.exceptions)
        if not seen <= set(range(count)):
            raise Failure(f"records that never were: {sorted(seen - set(range(count)))[:5]}")
        if form != "none" and len(seen) != count:
            missing = sorted(set(range(count)) - seen)
            raise Failure(f"{len(missing)} of {count} records are missing: {missing[:5]}")
