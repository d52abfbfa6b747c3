"""A run of vimap whose processes can be found, by kind, and killed."""

import contextlib
import os
import pathlib
import random
import signal
import subprocess
import time
import uuid

# How far below the process that was started they are.
DEPTHS = {"vimap": 0, "server": 1, "worker": 2, "command": 3}
PATIENCE = 2.0
# What is being started has no environment for an instant, so one look is not enough.
LOOK_AGAIN = 0.05


class Failure(Exception):
    pass


class Run:
    """One run of vimap, as a context at whose end nothing of it is left."""

    def __init__(self, words, **options):
        """Starts it; options are those of Popen. Its processes have its mark."""
        name, value = "VIMAP_HAVOC", str(uuid.uuid4())
        self.mark = f"{name}={value}".encode()
        self.kills = []
        self.start = time.monotonic()
        self.process = subprocess.Popen(
            list(map(str, words)), env={**os.environ, name: value}, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self):
        """What is there with the run's mark, dead or dying processes left out."""
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and self.owns(entry)]

    def owns(self, entry):
        with contextlib.suppress(OSError):
            environment = pathlib.Path("/proc", entry, "environ").read_bytes()
            if self.mark in environment.split(b"\0"):
                state = pathlib.Path("/proc", entry, "stat").read_text().rpartition(") ")[2]
                return state[0] not in "ZX"
        return False

    def of_kind(self, kind):
        """The processes of that kind, known by whose children they are."""
        found = [self.process.pid] if self.process.poll() is None else []
        for _ in range(DEPTHS[kind]):
            found = [child for parent in found for child in children(parent)]
        return found

    def kill(self, kind, number=signal.SIGKILL):
        """Kills one process of that kind, if there is one."""
        victims = self.of_kind(kind)
        moment = time.monotonic() - self.start
        with contextlib.suppress(ProcessLookupError):
            if victims:
                victim = random.choice(victims)
                os.kill(victim, number)
                self.kills.append(f"{kind} {victim} at {moment:.3f} s")

    def finish(self, limit):
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"still there after {limit:.0f} seconds") from None

    def expect_nothing_left(self):
        """Waits until no process of the run is left, and says how long that took."""
        start = time.monotonic()
        clean_since = None
        while True:
            left = self.processes()
            now = time.monotonic()
            if left:
                clean_since = None
                if now - start > PATIENCE:
                    raise Failure(f"left after {PATIENCE:.0f} seconds:" + "".join(
                        f"\n    {pid} {command_line(pid)}" for pid in left))
            else:
                clean_since = clean_since or now
                if now - clean_since >= LOOK_AGAIN:
                    return clean_since - start
            time.sleep(0.01)


def children(pid):
    with contextlib.suppress(OSError):
        return list(map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return []


def command_line(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return "(gone by now)"
