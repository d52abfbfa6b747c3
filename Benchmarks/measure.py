"""Runs commands in turn, measures them, and writes what it saw as Markdown tables."""

import ctypes
import dataclasses
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable

PR_SET_CHILD_SUBREAPER = 36
GRACE_FOR_ORPHANS = 1.0
LONGEST_STDERR = 300


@dataclasses.dataclass
class Command:
    """Something to measure: a shell line, or the words of a command that needs no shell."""

    line: str | list[str]
    records: int
    # For tools that run for a time, or whose start is not the matter: from what was printed, the
    # records and seconds to count instead.
    read: Callable[[str], tuple[int, float]] | None = None
    title: str | None = None
    # The most that "vimap ÷ this" should be.
    most: float | None = None

    def __str__(self):
        return self.title or (self.line if isinstance(self.line, str) else " ".join(self.line))

    @property
    def words(self):
        return ["sh", "-c", self.line] if isinstance(self.line, str) else self.line

    @property
    def program(self):
        return self.words[0] if isinstance(self.line, list) else self.line.split()[0]


@dataclasses.dataclass
class Run:
    records: int
    seconds: float
    cpu: float
    # Processes that outlived the command.
    left: int

    @property
    def seconds_per_record(self):
        return self.seconds / self.records

    def cpu_for(self, records=None):
        """CPU seconds for so many records; without a number, for those of the run."""
        return self.cpu * records / self.records if records else self.cpu


class Failure(Exception):
    pass


def become_subreaper():
    """Makes orphans of the measured commands our children, so that none goes unseen."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return {int(pid) for pid in file.read().split()}


def end_orphans(before):
    """Reaps processes that the command left, kills those that stay, returns how many stayed and
    the CPU seconds of all."""
    cpu, deadline = 0.0, time.monotonic() + GRACE_FOR_ORPHANS
    stayed = set()
    while orphans := children() - before:
        late = time.monotonic() > deadline
        for pid in orphans:
            if late:
                stayed.add(pid)
                os.kill(pid, signal.SIGKILL)
            ended, _, usage = os.wait4(pid, 0 if late else os.WNOHANG)
            if ended:
                cpu += usage.ru_utime + usage.ru_stime
        if not late:
            time.sleep(0.005)
    return len(stayed), cpu


def run_once(command, cwd, environment):
    before = children()
    with tempfile.TemporaryFile("w+") as errors, tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
            stdout=output if command.read else subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)

        left, cpu_of_orphans = end_orphans(before)
        if process.returncode != 0:
            errors.seek(0)
            why = " ".join(errors.read().split())[-LONGEST_STDERR:]
            raise Failure(f"exit status {process.returncode}: {why}")
        records = command.records
        if command.read:
            output.seek(0)
            records, seconds = command.read(output.read())
    return Run(records, seconds, usage.ru_utime + usage.ru_stime + cpu_of_orphans, left)


def run_in_turn(commands, rounds, cwd, environment, progress):
    """A B C, A B C, ...: returns the runs of each command, and why a command has none."""
    runs = {id(command): [] for command in commands}
    failures = {}
    for command in commands:
        if not shutil.which(command.program, path=environment["PATH"]):
            failures[id(command)] = "not installed"
    for number in range(rounds):
        for command in commands:
            if id(command) in failures:
                continue
            try:
                run = run_once(command, cwd, environment)
            except Failure as failure:
                failures[id(command)] = str(failure)
                continue
            runs[id(command)].append(run)
            progress(f"{number + 1}/{rounds}  {run.seconds:9.4f} s  {command}")
    return runs, failures


def duration(seconds):
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds:.3f} s"


def rate(records_per_second):
    return f"{records_per_second:,.0f}"


def table(commands, runs, failures, cpu_per=None):
    """One row a command. The ratio compares with the first command, round by round.

    The CPU seconds are those of a run, or those for so many records.
    """
    cpu_title = f"CPU for {cpu_per:,}" if cpu_per else "CPU"
    lines = [
        f"| command | records | median | min | max | {cpu_title} | records/s | vimap ÷ this "
        "| at most |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    first = runs[id(commands[0])]
    for command in commands:
        name = "`" + str(command).replace("|", "\\|") + "`"
        if id(command) in failures:
            reason = failures[id(command)].replace("|", "\\|")
            lines.append(f"| {name} | | | | | | | {reason} | |")
            continue
        mine = runs[id(command)]
        seconds = [run.seconds for run in mine]
        ratios = [
            one.seconds_per_record / other.seconds_per_record for one, other in zip(first, mine)
        ]
        lines.append(
            f"| {name} | {mine[0].records:,} | {duration(statistics.median(seconds))} "
            f"| {duration(min(seconds))} | {duration(max(seconds))} "
            f"| {duration(statistics.median(run.cpu_for(cpu_per) for run in mine))} "
            f"| {rate(1 / statistics.median(run.seconds_per_record for run in mine))} "
            f"| {f'{statistics.median(ratios):.2f}' if ratios else ''} "
            f"| {command.most or ''} |")
    lines += leftovers(commands, runs)
    return "\n".join(lines)


def leftovers(commands, runs):
    return [
        f"\nProcesses still there a second after `{command}`: {left}."
        for command in commands
        if (left := max((run.left for run in runs[id(command)]), default=0))
    ]
