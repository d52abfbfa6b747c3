"""What is measured of the HTTP worker: beside its peers, and with very many requests at once."""

import json
import re
import shutil
import subprocess
import sys
import time

from measure import Command, Failure
from workloads import DATA, HERE, Workload, compiled, halves, input_file

CONNECTIONS = 64
SAMPLE_OF_TUPLES = 10_000
SAMPLE_OF_REQUESTS = 3_000
SAMPLE_OF_CURLS = 1_000
AIOHTTP = "aiohttp==3.14.5"
VENV = DATA / "http-venv"
SLOW = 2


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
        raise Failure("wrk: " + printed)
    return int(found[1]), float(found[2])


def reader(records):
    """Reads what loops print, a line each: the requests answered, and the seconds they took."""

    def read(printed):
        loops = [line.split() for line in printed.splitlines()]
        answered = sum(int(count) for count, _ in loops)
        if answered != records:
            raise Failure(f"{answered} of {records} requests were answered")
        return records, max(float(seconds) for _, seconds in loops)

    return read


def succeeds(words):
    return subprocess.run(words, stdout=sys.stderr).returncode == 0


def python_with_requests():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import requests"], capture_output=True).returncode == 0:
            return python
    # No program has this name, and so the table will say that it is not installed.
    return "python3-requests"


def python_with_aiohttp():
    """A Python of our own with that package from PyPI, made when first asked for."""
    python = VENV / "bin" / "python"
    if python.exists() and succeeds([python, "-c", "import aiohttp"]):
        return str(python)
    if succeeds([sys.executable, "-m", "venv", "--clear", VENV]) \
            and succeeds([python, "-m", "pip", "install", "--quiet", AIOHTTP]):
        return str(python)
    return "python3-aiohttp"


def http(records, url):
    file = input_file(records)
    first = (DATA / file).open().readline().rstrip("\n")
    (DATA / "body.json").write_text(first)
    config = curl_config(records, file, url)
    json_header = "-H 'Content-Type: application/json'"
    each = CONNECTIONS // 2
    vimap = Command(f"vimap -j2 --concurrency {each} --post {url} {file}", records,
                    title=f"vimap -j2 --concurrency {each} --post URL")
    loop = compiled("multi-loop", "-lcurl")
    one, other = halves(file)
    tuples = min(records, SAMPLE_OF_TUPLES)
    requests = min(records, SAMPLE_OF_REQUESTS)
    curls = min(records, SAMPLE_OF_CURLS)
    commands = [
        vimap,
        Command(f"vimap -j1 --concurrency {CONNECTIONS} --post {url} {file}", records,
                title=f"vimap -j1 --concurrency {CONNECTIONS} --post URL"),
        Command([loop, url, str(CONNECTIONS), file], records, reader(records),
                title=f"multi-loop, in C on libcurl, {CONNECTIONS} at once"),
        Command(["sh", "-c", f"{loop} {url} {each} {one} & {loop} {url} {each} {other}; wait"],
                records, reader(records), title=f"two of multi-loop, {each} at once each", most=1.25),
        Command(f"wrk -t1 -c{CONNECTIONS} -d3s -s {wrk_script(first)} {url}", records, read_wrk,
                title=f"wrk -t1 -c{CONNECTIONS} -d3s, the same body", most=2.5),
        Command(f"hey -n {records} -c {CONNECTIONS} -m POST -T application/json -D body.json {url}",
                records, title=f"hey -c {CONNECTIONS}, the same body", most=0.5),
        Command(f"curl -sSZ --parallel-max {CONNECTIONS} -K {config}", records,
                title=f"curl -Z --parallel-max {CONNECTIONS}, a body each", most=0.5),
        Command(f"curl -sSZ --parallel-max {CONNECTIONS} {json_header} --data-binary @body.json "
                f"'{url}?[1-{records}]'", records,
                title=f"curl -Z --parallel-max {CONNECTIONS}, the same body"),
        Command([python_with_aiohttp(), str(HERE / "aiohttp-loop"), url, str(CONNECTIONS),
                 str(tuples), file, "/dev/null"], tuples, reader(tuples),
                title=f"Python, aiohttp, {CONNECTIONS} connections, the same tuples", most=0.25),
        Command([python_with_requests(), str(HERE / "requests-loop"), url, str(requests), file],
                requests, reader(requests), title="Python, a requests.Session loop"),
        Command(f"head -n {curls} {file} | xargs -d '\\n' -P{CONNECTIONS} -n1 "
                f"curl -sS {json_header} {url} --data-binary", curls,
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
        "http", f"POST of {records:,} records to nginx (one worker process) on loopback, over "
        f"{CONNECTIONS} connections; fewer records in a row are a sample, wrk's a fixed time",
        commands, check=check, cpu_per=100_000)


def in_flight(requests, environment):
    """The section on very many requests at once, to a server that answers late."""
    lines = [
        f"A server that answers each request after {SLOW} s; the peak of the proportional set size "
        "of all vimap processes together (`Benchmarks/pss`).\n",
        "| command | records | most at once | records answered | peak | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    least, _ = late(2, 1, environment, lines)
    most, peak = late(2 * requests, requests // 2, environment, lines)
    lines.append(f"\nMemory for each request at once: {(most - least) / peak / 1024:.1f} KiB.\n")
    lines += few_descriptors(requests, environment)
    return "\n".join(lines)


def late(records, concurrency, environment, lines):
    """Sends so many records to the late server; the peak of memory, and of requests at once."""
    file = input_file(records)
    command = (f'vimap -j2 --concurrency {concurrency} --format out --post '
               f'"http://127.0.0.1:$SLOW_PORT/" {file}')
    start = time.monotonic()
    result = subprocess.run(
        [compiled("slow-server"), str(SLOW), "seen.json", "sh", "-c", f"{HERE / 'pss'} {command}"],
        cwd=DATA, env=environment, capture_output=True, text=True)
    seconds = time.monotonic() - start
    if result.returncode:
        raise RuntimeError(f"in-flight: {result.stderr.strip()[-300:]}")
    memory = json.loads(result.stderr.splitlines()[-1])
    seen = json.loads((DATA / "seen.json").read_text())
    lines.append(
        f"| `vimap -j2 --concurrency {concurrency} --post URL` | {records:,} | {seen['peak']:,} "
        f"| {len(result.stdout.splitlines()):,} | {memory['peak_pss'] / 2**20:.1f} MiB "
        f"| {seconds:.1f} |")
    return memory["peak_pss"], seen["peak"]


def few_descriptors(requests, environment):
    """What comes of it where only a part of the descriptors can be had."""
    file = input_file(requests)
    limit = max(64, requests // 10)
    script = (f'ulimit -n {limit}; vimap -j2 --concurrency {requests // 2} --format none --post '
              f'"http://127.0.0.1:$SLOW_PORT/" {file}')
    result = subprocess.run(
        [compiled("slow-server"), "0.1", "seen.json", "sh", "-c", script], cwd=DATA, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = result.stderr.splitlines()
    failed = sum(line.startswith("{") for line in said)
    words = [line for line in said if not line.startswith("{")]
    return [f"With `ulimit -n {limit}`: exit status {result.returncode}, {failed:,} exceptions; "
            "it says: " + ("; ".join(f"`{line}`" for line in words[:3]) or "nothing") + "."]
