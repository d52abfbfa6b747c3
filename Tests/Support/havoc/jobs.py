"""The runs of `every-call-fails`: what is run, with which failure, and what must come of it."""

import collections
import errno
import http.server
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import uuid

RECORDS = 200
# Of a run that takes less than a second.
LIMIT = 30
STATUSES = {0, 1, 66, 69, 70, 73, 74}
CRASHES = re.compile(r"SIG(ILL|TRAP|SEGV|ABRT|BUS|FPE)|Fatal error|rash")

CAT = ["--", "cat"]


def records(count):
    return [{"n": number} for number in range(count)]


def large_records():
    """Some are longer than a slab, and so are their answers."""
    return [{"n": number, "text": "x" * (300_000 if number % 40 == 7 else 20)}
            for number in range(RECORDS)]


# Options and command by name; {url} is the server.
JOBS = {
    # From a pipe.
    "lines": ["-j2", *CAT],
    # Each leaves a process behind that ends.
    "each": ["-j2", "--each", "in", "--", "sh", "-c", "(true &); exec cat"],
    # One kills the process that forks workers.
    "killed": ["-j2", "--each", "--lifespan", "20", "in", "--", "sh", "-c",
               'read -r n; case $n in *" 50}") kill -9 $(ps -o ppid= -p $PPID);; esac; echo "$n"'],
    "http": ["-j2", "in", "--post", "{url}"],
    # Every tenth record fails.
    "ordered": ["-j2", "-k", "-o", "out", "--failed", "failed", "--stats-json", "stats", "in", "--",
                "sed", "-u", r"s/^\(.*0}\)$/oops \1/"],
    # What is done is written down, and made durable with each write.
    "checkpoint": ["-j2", "-o", "out", "--checkpoint", "job", "--sync", "0", "in", *CAT],
    # To a socket.
    "large": ["-j2", "in", *CAT],
    # Without a standard input.
    "closed": ["-j2", "in", *CAT],
}


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that breaks off is what this is about."""


def ends(job):
    """What a run writes its results to: our end of it and its own."""
    if job == "large":
        ours, theirs = socket.socketpair()
        with ours, theirs:
            return ours.makefile("rb"), theirs.makefile("wb")
    ours, theirs = os.pipe()
    return open(ours, "rb"), open(theirs, "wb")


class Run:
    """One run of a job, in a folder of its own."""

    def __init__(self, job, url, fault, name=""):
        self.job, self.problems = job, []
        self.may_be_silent = name == "write" and " main " in fault
        self.has_broken_pipe = f" {errno.EPIPE} " in fault
        self.input = large_records() if job == "large" else records(RECORDS)
        self.arguments = [url if word == "{url}" else word for word in JOBS[job]]
        with tempfile.TemporaryDirectory() as folder:
            self.folder = pathlib.Path(folder)
            self.log = self.folder / "log"
            (self.folder / "in").write_text(
                "".join(json.dumps(record) + "\n" for record in self.input))
            # Of an earlier run, so that it is opened and emptied.
            (self.folder / "failed").write_text("what failed last time\n" * 9)
            self.run(fault)
            self.called = self.log.read_text().splitlines() if self.log.exists() else []
            self.check()

    def run(self, fault):
        mark = uuid.uuid4().hex
        ours, theirs = ends(self.job)
        start = ["vimap"]
        if self.job == "closed":
            start = ["sh", "-c", 'exec vimap "$@" <&-', "sh"]
        environment = dict(os.environ, VIMAP_FAULT=fault, VIMAP_FAULT_LOG=str(self.log),
                           EVERY_CALL_MARK=mark)
        process = subprocess.Popen(
            start + self.arguments, cwd=self.folder, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.PIPE)
        theirs.close()
        reader = threading.Thread(target=self.read, args=(ours,))
        reader.start()
        text = None
        if self.job == "lines":
            text = "".join(json.dumps(record) + "\n" for record in self.input)
        try:
            _, self.errors = process.communicate(text, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.problems.append("it hangs")
            process.kill()
            _, self.errors = process.communicate()
        reader.join()
        self.status = process.returncode
        for other in left(mark):
            self.problems.append(f"left behind: {other}")
        written = self.folder / "out"
        if written.exists():
            self.output = written.read_text()

    def read(self, end):
        with end:
            self.output = end.read().decode()

    def check(self):
        if "it hangs" in self.problems:
            return
        if self.has_broken_pipe and self.status == 128 + signal.SIGPIPE:
            # As every program whose reader has gone.
            return self.check_results()
        if self.status not in STATUSES:
            self.problems.append(f"status {self.status}")
        # The call that failed may have been to tell.
        if self.status != 0 and not self.errors.strip() and not self.may_be_silent:
            self.problems.append(f"status {self.status} without a reason")
        if CRASHES.search(self.errors + self.output[:1_000_000]):
            self.problems.append("a crash is told of")
        self.check_results()

    def check_results(self):
        whole, _, torn = self.output.rpartition("\n")
        if torn and self.status in (0, 1):
            self.problems.append("a torn line")
        seen = collections.Counter()
        failed, order, wrong = [], [], []
        for line in whole.splitlines():
            result = json.loads(line)
            record = result["in"]
            if isinstance(record, str):
                # Of one that was not kept there is the beginning.
                record = self.input[int(re.match(r'{"n": (\d+)', record)[1])]
            seen[json.dumps(record)] += 1
            order.append(record["n"])
            if result["type"] == "output":
                answer = result["out"]["body"] if self.job == "http" else result["out"]
                if record != answer:
                    wrong.append(f"a wrong pair: {line[:200]}")
            else:
                failed.append(json.dumps(record))
        self.problems += wrong[:1]
        wanted = [json.dumps(record) for record in self.input]
        if strange := set(seen) - set(wanted):
            self.problems.append(f"not in the input: {str(strange)[:200]}")
        if doubled := [line for line, count in seen.items() if count > 1]:
            self.problems.append(f"more than once: {doubled[0][:100]}")
        if self.status in (0, 1) and len(seen) < len(wanted):
            self.problems.append(f"status {self.status}, {len(seen)} of {len(wanted)} records")
        if self.status == 0 and failed:
            self.problems.append("status 0 with exceptions")
        if self.status == 1 and not failed:
            self.problems.append("status 1 without exceptions")
        if "-k" in self.arguments and order != sorted(order):
            self.problems.append("out of order")
        if "--failed" in self.arguments and self.status in (0, 1):
            again = (self.folder / "failed").read_text().splitlines()
            if sorted(again) != sorted(failed):
                self.problems.append("other lines in --failed than failed")
            counts = json.loads((self.folder / "stats").read_text())
            if (counts["records"], counts["exceptions"]) != (len(wanted), len(failed)):
                self.problems.append("wrong statistics")


def left(mark):
    """The processes of a run that are still there, which are ended; not those about to be gone."""
    wanted = f"EVERY_CALL_MARK={mark}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if wanted not in (entry / "environ").read_bytes():
                continue
            watch = os.pidfd_open(int(entry.name))
        except OSError:
            continue
        if not select.select([watch], [], [], 5)[0]:
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                signal.pidfd_send_signal(watch, signal.SIGKILL)
                found.append(words.strip())
            except OSError:
                pass
        os.close(watch)
    return found
