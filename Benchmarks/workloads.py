"""What is measured: a workload is a list of commands that do the same, vimap's first."""

import dataclasses
import json
import pathlib
import shutil
import statistics
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


def input_file(records, length=None):
    """A file of that many records, made when first asked for; its name.

    They are of about 210 bytes, or of the length that is asked for.
    """
    DATA.mkdir(exist_ok=True)
    path = DATA / (f"{records}x{length}.jsonl" if length else f"{records}.jsonl")
    if not path.exists():
        part = path.with_suffix(".part")
        sizes = [str(length)] if length else []
        with part.open("wb") as file:
            subprocess.run([HERE / "generate", str(records), *sizes], stdout=file, check=True)
        part.rename(path)
    return path.name


def halves(file):
    """The names of two files that are the halves of that one."""
    subprocess.run(["split", "-n", "l/2", file, f"{file}.half."], cwd=DATA, check=True)
    return f"{file}.half.aa", f"{file}.half.ab"


def compiled(name, *libraries):
    """A program of ours in C, built anew; where it cannot be, the table says that it is not there."""
    program = DATA / name
    program.unlink(missing_ok=True)
    if shutil.which("cc"):
        subprocess.run(
            ["cc", "-O2", "-o", program, HERE / f"{name}.c", *libraries], check=True)
    return str(program)


def verified(line, file, *options):
    """A check that runs the line once more and compares what it prints, record by record."""

    def check(environment):
        vimap = subprocess.Popen(
            line, shell=True, cwd=DATA, env=environment, stdout=subprocess.PIPE)
        verify = subprocess.run(
            [HERE / "verify", *options, DATA / file, "-"], stdin=vimap.stdout, capture_output=True, text=True)
        vimap.stdout.close()
        if vimap.wait() or verify.returncode:
            raise RuntimeError(f"{line}: exit status {vimap.returncode}; {verify.stderr.strip()}")
        return verify.stdout.strip() + "."

    return check


def parallel(file, command="cat"):
    return f"parallel --pipe --round-robin -j2 --block 1M {command} < {file}"


def identity(records):
    file = input_file(records)
    vimap = f"vimap -j2 {file} -- cat"
    commands = [
        Command(vimap, records),
        Command(parallel(file), records, most=0.6),
        Command(f"parallel --pipepart -j2 --block 1M -a {file} cat", records),
        Command(f"xargs -a {file} -d '\\n' -P2 -n 500 printf '%s\\n'", records),
        Command(f"xe -f {file} -j2 -N500 printf '%s\\n'", records),
        Command(f"pee cat < {file}", records),
        Command(f"cat {file} | cat | cat", records, most=2.0),
    ]
    return Workload(
        "identity", f"{records:,} records of about 210 bytes through `cat`, output to /dev/null",
        commands, check=verified(vimap, file))


def identity_to_file(records):
    file = input_file(records)
    lines = [
        f"vimap -j2 {file} -o out.vimap -- cat",
        f"vimap -j2 {file} --format out -o out.vimap -- cat",
        f"{parallel(file)} > out.peer",
        f"cat {file} | cat | cat > out.peer",
    ]
    return Workload(
        "identity-file", f"{records:,} records of about 210 bytes through `cat`, output to a file "
        "(vimap's tuples are twice the bytes)",
        [Command(line, records) for line in lines])


def sized(name, records, length, most):
    """The same with records of another length."""
    file = input_file(records, length)
    vimap = f"vimap -j2 {file} -- cat"
    return Workload(
        name, f"{records:,} records of {length:,} bytes through `cat`, output to /dev/null",
        [Command(vimap, records), Command(parallel(file), records, most=most),
         Command(f"cat {file} | cat | cat", records)], check=verified(vimap, file))


def keep_order(records):
    file = input_file(records)
    return Workload(
        "keep-order", f"{records:,} records of about 210 bytes through `cat`, output to /dev/null",
        [Command(f"vimap -k -j2 {file} -- cat", records),
         Command(f"vimap -j2 {file} -- cat", records, most=1.1)],
        check=verified(f"vimap -k -j2 {file} -- cat", file, "--ordered"))


def python_worker(records):
    """A command that does some work, against two of it started by hand; and against these with a
    reader behind each, since to write a line to a pipe takes Python longer than to /dev/null."""
    file = input_file(records)
    one, other = halves(file)
    worker = f"python3 {HERE / 'worker.py'}"
    lines = {
        f"vimap -j2 {file} -- {worker}": None,
        f"{worker} < {one} & {worker} < {other}; wait": 1.1,
        f"{worker} < {one} | cat & {worker} < {other} | cat; wait": None,
        f"{parallel(file, worker)}": None,
    }
    return Workload(
        "python-worker", f"{records:,} records through a Python command that parses them, adds a "
        "field and prints them",
        [Command(line, records, most=most, title=line.replace(f"{HERE}/", ""))
         for line, most in lines.items()])


def jq(records):
    file = input_file(records)
    return Workload(
        "jq", f"{records:,} records through jq",
        [Command(f"vimap -j2 {file} -- jq -c --unbuffered .", records),
         Command(parallel(file, "jq -c ."), records, most=1.05)])


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


def latency(environment, rounds, lines=5_000):
    """The section on a record that finds nothing to do: how long it takes there and back."""
    client = compiled("latency")
    commands = {"vimap -j1 -- cat": [], "cat": []}
    for _ in range(rounds):
        for command, seen in commands.items():
            printed = subprocess.run(
                [client, str(lines), *command.split()], env=environment, check=True,
                stdout=subprocess.PIPE).stdout
            seen.append(json.loads(printed))
    rows = [
        f"{lines:,} records, one after the other, each sent when the answer to the one before is "
        f"there, by a client in C; {rounds} rounds. `cat` alone is two hops through pipes.\n",
        "| command | p50 | p99 | vimap ÷ this, p50 | p99 | at most |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    first = commands["vimap -j1 -- cat"]
    for command, seen in commands.items():
        medians = {name: statistics.median(run[name] for run in seen) for name in ("p50", "p99")}
        ratios = {name: statistics.median(one[name] / other[name] for one, other in zip(first, seen))
                  for name in medians}
        rows.append(
            f"| `{command}` | {medians['p50']:.1f} µs | {medians['p99']:.1f} µs "
            f"| {ratios['p50']:.2f} | {ratios['p99']:.2f} | {3.0 if command == 'cat' else ''} |")
    return "\n".join(rows)


def scanner(environment, rounds, program):
    """The section on the record scanner, beside simdjson."""
    peer = DATA / "simdjson-loop"
    subprocess.run(["c++", "-O3", "-o", peer, HERE / "simdjson-loop.cpp", "-lsimdjson"], check=True)
    rows = [
        f"Each line of some megabytes of text, again and again for a second; {rounds} rounds. "
        "simdjson makes a document of each, with the parser used again.\n",
        "| text | scanner | simdjson's DOM | scanner ÷ simdjson | at least |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    files = {kind: DATA / f"{kind}.jsonl" for kind in ("twitter", "numbers", "escapes")}
    for kind, file in files.items():
        with file.open("wb") as output:
            subprocess.run([HERE / "texts", kind], stdout=output, check=True)
    files["records"] = DATA / input_file(10_000)
    for kind, file in files.items():
        speeds = {scanner: [] for scanner in (program, peer)}
        for _ in range(rounds):
            for scanner, seen in speeds.items():
                printed = subprocess.run(
                    [scanner, file], check=True, env=environment, stdout=subprocess.PIPE).stdout
                run = json.loads(printed)
                seen.append(run["bytes"] / run["seconds"] / 1e9)
        ours, theirs = speeds.values()
        ratio = statistics.median(one / other for one, other in zip(ours, theirs))
        rows.append(
            f"| {kind} | {statistics.median(ours):.2f} GB/s | {statistics.median(theirs):.2f} GB/s "
            f"| {ratio:.2f} | 0.8 |")
    return "\n".join(rows)


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


def each(records):
    file = input_file(records)
    sample = min(records, SAMPLE_OF_JOBS)
    vimap = f"vimap --each -j2 {file} -- /bin/true"
    commands = [
        Command(vimap, records),
        Command([compiled("spawn-loop"), str(records), "2", "/bin/true"], records,
                title=f"spawn-loop {records} 2 /bin/true, in C", most=1.11),
        Command([compiled("piped-loop"), str(records), "2", "/bin/true"], records,
                title=f"piped-loop {records} 2 /bin/true, in C: the same with pipes and groups"),
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
