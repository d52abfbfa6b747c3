"""What is measured: a workload is a list of commands that do the same, vimap's first."""

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable

from measure import Command

HERE = pathlib.Path(__file__).parent
DATA = HERE / "data"
SAMPLE_OF_REQUESTS = 3_000
SAMPLE_OF_CURLS = 1_000
SAMPLE_OF_JOBS = 1_000
WORKERS = 1_000
CONNECTIONS = 32


@dataclasses.dataclass
class Workload:
    name: str
    title: str
    commands: list[Command]
    # How many times the asked-for rounds; short commands need more.
    repeat: int = 1
    # Runs once after the rounds and says what it found, or raises.
    check: Callable[[dict], str] | None = None


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


def curl_config(records, file, url):
    """A curl config file that POSTs each record, as curl can't read a body a line itself."""
    path = DATA / "curl.config"
    with (DATA / file).open() as lines, path.open("w") as config:
        for number, line in enumerate(lines):
            body = line.rstrip("\n").replace("\\", "\\\\").replace('"', '\\"')
            config.write(
                ("next\n" if number else "")
                + f'url = "{url}"\nheader = "Content-Type: application/json"\n'
                + f'data-binary = "{body}"\n')
    return path.name


def wrk_script(body):
    path = DATA / "post.lua"
    path.write_text(
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/json"\n'
        f"wrk.body = [==[{body}]==]\n")
    return path.name


def read_wrk(printed):
    found = re.search(r"(\d+) requests in ([\d.]+)s", printed)
    if not found or "Non-2xx" in printed:
        raise RuntimeError("wrk: " + printed)
    return int(found[1]), float(found[2])


def read_loop(printed):
    records, seconds = printed.split()
    return int(records), float(seconds)


def python_with_requests():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import requests"], capture_output=True).returncode == 0:
            return python
    # No program has this name, and so the table will say that it is not installed.
    return "python3-requests"


def http(records, url):
    file = input_file(records)
    first = (DATA / file).open().readline().rstrip("\n")
    (DATA / "body.json").write_text(first)
    config = curl_config(records, file, url)
    json_header = "-H 'Content-Type: application/json'"
    vimap = Command(f"vimap -j2 --concurrency 16 --post {url} {file}", records,
                    title="vimap -j2 --concurrency 16 --post URL")
    loop = [python_with_requests(), str(HERE / "requests-loop"), url, str(SAMPLE_OF_REQUESTS), file]
    commands = [
        vimap,
        Command(f"vimap -j1 --concurrency 32 --post {url} {file}", records,
                title="vimap -j1 --concurrency 32 --post URL"),
        Command(f"curl -sSZ --parallel-max {CONNECTIONS} -K {config}", records,
                title=f"curl -Z --parallel-max {CONNECTIONS}, a body each"),
        Command(f"curl -sSZ --parallel-max {CONNECTIONS} {json_header} --data-binary @body.json "
                f"'{url}?[1-{records}]'", records,
                title=f"curl -Z --parallel-max {CONNECTIONS}, the same body"),
        Command(f"hey -n {records} -c {CONNECTIONS} -m POST -T application/json -D body.json {url}",
                records, title=f"hey -c {CONNECTIONS}, the same body"),
        Command(f"wrk -t1 -c{CONNECTIONS} -d3s -s {wrk_script(first)} {url}", records, read_wrk,
                title=f"wrk -t1 -c{CONNECTIONS} -d3s, the same body"),
        Command(loop, SAMPLE_OF_REQUESTS, read_loop, title="Python, a requests.Session loop"),
        Command(f"head -n {SAMPLE_OF_CURLS} {file} | xargs -d '\\n' -P{CONNECTIONS} -n1 "
                f"curl -sS {json_header} {url} --data-binary", SAMPLE_OF_CURLS,
                title=f"xargs -P{CONNECTIONS} -n1 curl"),
    ]

    def check(environment):
        printed = subprocess.run(
            vimap.words, cwd=DATA, env=environment, check=True, stdout=subprocess.PIPE).stdout
        results = map(json.loads, printed.splitlines())
        answered = sorted(
            json.dumps(result["in"]) for result in results if result["out"]["body"] == {"ok": True})
        if answered != sorted(json.dumps(json.loads(line)) for line in (DATA / file).open()):
            raise RuntimeError("vimap: not every record was answered, once")
        return f"{len(answered)} records, each answered once."

    return Workload(
        "http", f"POST of {records:,} records to nginx (one worker process) on loopback; fewer "
        "records in a row are a sample, wrk's a fixed time", commands, check=check)


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
