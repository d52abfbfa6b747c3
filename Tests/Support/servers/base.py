"""A server of somebody else's, on an address of its own, that gives back what it is sent.

The path says what else it is to do: /429/... and /503/... are statuses, /close/... ends the
connection behind the answer, /ok/... is nothing else. It also ends connections by itself now and
then, each in its own way.
"""

import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
LONGEST_START = 30
# Of an address that nobody else has, so that they are free.
PLAIN, TLS, PRIOR = 8080, 8443, 8081


def program(name):
    """Where a program is; an ordinary user's PATH does not reach servers."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def own_address():
    """127.x.y.z by our process's number: all of 127.0.0.0/8 is this machine."""
    number = os.getpid()
    return f"127.{10 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def make_certificate(directory):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", "server.key", "-subj", "/CN=localhost", "-out", "server.pem",
         "-days", "2"], cwd=directory, check=True, capture_output=True)
    both = "".join(pathlib.Path(directory, f"server.{part}").read_text() for part in ("pem", "key"))
    pathlib.Path(directory, "both.pem").write_text(both)


class Server:
    name = ""
    # Which of h1, h2 (over TLS) and prior it speaks.
    protocols = ("h1", "h2", "prior")

    def __init__(self, directory, address):
        self.directory, self.address = pathlib.Path(directory), address
        self.process = None

    def missing(self):
        """Why it can't be started, if it can't."""
        return None if program(self.name) else f"{self.name} is not installed"

    def configuration(self):
        """The file `configuration` that the command reads."""
        return ""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def ports(self):
        return PLAIN, TLS, PRIOR

    def url(self, protocol):
        scheme, port = {"h1": ("http", PLAIN), "h2": ("https", TLS), "prior": ("http", PRIOR)}[
            protocol]
        return f"{scheme}://{self.address}:{port}"

    def start(self):
        """Starts it, and waits until it listens."""
        pathlib.Path(self.directory, "configuration").write_text(self.configuration())
        log = open(self.directory / "server.log", "w")
        self.process = subprocess.Popen(
            self.command(), cwd=self.directory, env={**os.environ, **self.environment()},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_us)
        last = time.monotonic() + LONGEST_START
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > last:
                self.stop()
                words = (self.directory / "server.log").read_text()
                raise RuntimeError(f"{self.name} did not start: {words.strip()}")
            time.sleep(0.02)

    def listens(self):
        try:
            for port in self.ports():
                socket.create_connection((self.address, port)).close()
        except OSError:
            return False
        return True

    def stop(self):
        # Not SIGKILL: its first process has to take the others with it.
        self.process.terminate()
        self.process.wait()


def die_with_us():
    """Between fork and exec: the server dies with us, and a terminal's ^C is not for it."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
