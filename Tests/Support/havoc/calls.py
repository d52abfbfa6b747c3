"""The system calls of vimap's, and what each may fail with, for `every-call-fails`."""

import collections
import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "Sources"

# What each call may fail with, the likeliest first. Those that mean a mistake of the program's own
# (EBADF, EFAULT, EINVAL) are no answers to reckon with.
ERRNOS = {
    "dup2": "EMFILE EBUSY",
    "dup3": "EMFILE EBUSY",
    "epoll_create1": "EMFILE ENFILE ENOMEM",
    "epoll_ctl": "ENOMEM ENOSPC",
    "epoll_wait": "EINTR",
    "exec": "EAGAIN ENOMEM EMFILE ENFILE ENOENT EACCES E2BIG ETXTBSY EIO EPERM ELOOP",
    "fchmod": "EPERM EIO",
    "fcntl": "EPERM EACCES",
    "fork": "EAGAIN ENOMEM ENOSYS",
    "fstat": "EIO EOVERFLOW ENOMEM",
    "fsync": "EIO ENOSPC EDQUOT EINTR",
    "ftruncate": "EIO EPERM EFBIG EINTR",
    "lseek": "EIO EOVERFLOW",
    "memfd_create": "EMFILE ENFILE ENOMEM",
    "mmap": "ENOMEM EAGAIN ENFILE EPERM",
    "mprotect": "ENOMEM EACCES",
    "open": "EMFILE ENFILE ENOENT EACCES EISDIR ELOOP ENOMEM ENOSPC EROFS EDQUOT EEXIST EINTR",
    "pidfd_open": "EMFILE ENFILE ENOSYS EPERM",
    "pipe2": "EMFILE ENFILE",
    "poll": "ENOMEM EINTR",
    "ppoll": "ENOMEM EINTR",
    "read": "EIO EINTR EAGAIN EISDIR",
    "recvmsg": "ENOMEM ECONNRESET EINTR",
    "rename": "EACCES EBUSY EDQUOT EIO ENOSPC EROFS EXDEV",
    "sendmsg": "ENOBUFS EPIPE ETOOMANYREFS ECONNRESET ENOMEM EINTR",
    "signalfd": "EMFILE ENFILE ENODEV ENOMEM",
    "socketpair": "EMFILE ENFILE EPERM",
    "stat": "EACCES EIO ENOENT",
    "stat /proc/self/task": "ENOENT EACCES ENOMEM",
    "waitid": "ECHILD EINTR",
    "waitpid": "ECHILD EINTR",
    "write": "EIO ENOSPC ENOMEM EPIPE EFBIG EDQUOT EINTR EAGAIN",
}

# What would be no failure but a lie, by name, role and errno: a pipe tells whoever reads it of what is
# in it, and one is broken when the command is gone, or has closed its input.
LIES = {("read", "worker", "EAGAIN"), ("write", "worker", "EPIPE")}

# Calls that no job makes, by file and name, and why.
UNREACHED = {
    ("DurableFiles.swift", "fchmod"): "an output is copied, for --retry-failed; checkpoint-faults",
    ("DurableFiles.swift", "stat"): "as that",
    ("OwnedDescriptor.swift", "dup2"): "pools of values keep the last words of workers",
    ("OwnedDescriptor.swift", "dup3"): "a server sent something after its answer",
    ("OwnedDescriptor.swift", "poll"): "nobody reads the results",
    ("Processes.swift", "pidfd_open"): "tests watch processes by it",
}

Site = collections.namedtuple("Site", "place name")


def sites():
    """Every call through `systemCall`, as a debug build names it."""
    call = re.compile(r'\bsystemCall(?:UnlessWaiting)?\(\s*(?:"([^"]*)")?')
    found = []
    for file in sorted(SOURCES.rglob("*.swift")):
        text = file.read_text()
        module = file.relative_to(SOURCES).parts[0]
        for match in call.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            if match[1] is not None:
                found.append(Site(f"{module}/{file.name}:{line}", match[1]))
            elif file.name != "SystemCall.swift":
                sys.exit(f"every-call-fails: {file}:{line}: a call without a name")
    return found
