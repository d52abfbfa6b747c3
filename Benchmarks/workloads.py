"""What is measured: a workload is a list of commands that do the same, vimap's first."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
from collections.abc import Callable

from measure import Command

HERE = pathlib.Path(__file__).parent
DATA = HERE / "data"
SAMPLE_OF_JOBS = 1_000
WORKERS = 1_000


@dataclasses.dataclass
class Workload:
    name: str
    title: str
    commands: list[Command]
    # How many times the asked-for rounds; short commands need more.
    repeat: int = 1
    # Runs once after the rounds and says what it found, or raises.
    check: Callable[[dict], str] | None = None
    # The CPU column says what so many records cost, rather than a run.
    cpu_per: int | None = None


def input_file(records):
    """A file of that many records, made when first asked for; its name."""
    DATA.mkdir(exist_ok=True)
    path = DATA / f"{records}.jsonl"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            subprocess.run([HERE / "generate", str(records)], stdout=file, check=True)
        part.rename(path)
    return path.name


def verified(line, file):
    """A check that runs the line once more and compares what it prints, record by record."""

    def check(environment):
        vimap = subprocess.Popen(
            line, shell=True, cwd=DATA, env=environment, stdout=subprocess.PIPE)
        verify = subprocess.run(
            [HERE / "verify", DATA / file, "-"], stdin=vimap.stdout, capture_output=True, text=True)
        vimap.stdout.close()
        if vimap.wait() or verify.returncode:
            raise RuntimeError(f"{line}: exit status {vimap.returncode}; {verify.stderr.strip()}")
        return verify.stdout.strip() + "."

    return check


def identity(records):
    file = input_file(records)
    vimap = f"vimap -j2 {file} -- cat"
    lines = [
        vimap,
        f"parallel --pipe --round-robin -j2 --block 1M cat < {file}",
        f"parallel --pipepart -j2 --block 1M -a {file} cat",
        f"xargs -a {file} -d '\\n' -P2 -n 500 printf '%s\\n'",
        f"xe -f {file} -j2 -N500 printf '%s\\n'",
        f"pee cat < {file}",
        f"cat {file} | cat | cat",
    ]
    return Workload(
        "identity", f"{records:,} records of about 210 bytes through `cat`, output to /dev/null",
        [Command(line, records) for line in lines], check=verified(vimap, file))


def identity_to_file(records):
    file = input_file(records)
    lines = [
        f"vimap -j2 {file} -o out.vimap -- cat",
        f"vimap -j2 {file} --format out -o out.vimap -- cat",
        f"parallel --pipe --round-robin -j2 --block 1M cat < {file} > out.peer",
        f"cat {file} | cat | cat > out.peer",
    ]
    return Workload(
        "identity-file", f"{records:,} records of about 210 bytes through `cat`, output to a file "
        "(vimap's tuples are twice the bytes)",
        [Command(line, records) for line in lines])


def startup():
    commands = [["vimap", "--version"], ["true"], ["jq", "--version"], ["curl", "--version"],
                ["parallel", "--version"]]
    return Workload("startup", "From start to end of a command that does nothing",
                    [Command(words, 1) for words in commands], repeat=40)


def first_record():
    lines = ["echo '{}' | vimap -j1 -- cat", "echo '{}' | cat", "echo '{}' | jq -c .",
             "echo '{}' | parallel --pipe -j1 cat"]
    return Workload("first-record", "One record, from the start to the end of the command",
                    [Command(line, 1) for line in lines], repeat=20)


def workers():
    file = input_file(WORKERS)
    lines = [
        f"vimap -j{WORKERS} {file} -- "
        "sh -c 'while read -r l; do sleep 0.2; printf \"%s\\n\" \"$l\"; done'",
        f"xargs -a {file} -d '\\n' -P{WORKERS} -n1 sh -c 'sleep 0.2; printf \"%s\\n\" \"$1\"' sh",
        f"xe -f {file} -j{WORKERS} sh -c 'sleep 0.2; printf \"%s\\n\" \"$1\"' sh",
        f"parallel -a {file} -j{WORKERS} 'sleep 0.2; printf \"%s\\n\" {{}}'",
    ]
    return Workload("workers", f"{WORKERS:,} workers that need 0.2 s a record, {WORKERS:,} records",
                    [Command(line, WORKERS) for line in lines], check=verified(lines[0], file))


def spawn_loop():
    """The bare loop in C, built anew; where it cannot be, the table says that it is not there."""
    program = DATA / "spawn-loop"
    if shutil.which("cc"):
        subprocess.run(["cc", "-O2", "-o", program, HERE / "spawn-loop.c"], check=True)
    return str(program)


def each(records):
    file = input_file(records)
    sample = min(records, SAMPLE_OF_JOBS)
    vimap = f"vimap --each -j2 {file} -- /bin/true"
    commands = [
        Command(vimap, records),
        Command([spawn_loop(), str(records), "2", "/bin/true"], records,
                title=f"spawn-loop {records} 2 /bin/true, in C"),
        Command(f"xe -f {file} -j2 /bin/true", records),
        Command(f"xargs -a {file} -d '\\n' -P2 -n1 /bin/true", records),
        Command(f"head -n {sample} {file} | parallel -j2 /bin/true", sample),
    ]

    def check(environment):
        printed = subprocess.run(
            vimap, shell=True, cwd=DATA, env=environment, check=True, stdout=subprocess.PIPE).stdout
        results = sorted(json.dumps(json.loads(line)["in"]) for line in printed.splitlines())
        if results != sorted(json.dumps(json.loads(line)) for line in (DATA / file).open()):
            raise RuntimeError("vimap: not every record has a result, once")
        return f"{len(results)} records, each with one result."

    return Workload("each", f"A process for each of {records:,} records, which does nothing; fewer "
                    "records in a row are a sample", commands, check=check)
