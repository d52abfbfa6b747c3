#!/usr/bin/env python3
"""Runs an identity worker in two processes over N records and prints one line of JSON.

Usage: peers.py PEER KIND N

PEER is multiprocessing, multiprocessing-5000, mpire, vimap-py3, vimap-py3-chunked or
vimap-py3-tuned. Each sends chunks of 100 records, but for vimap-py3 (one record) and
multiprocessing-5000.
KIND is lines (a str each) or values (a dict each).

The seconds are those from just before the pool is made until it is closed, all outputs at hand. The
inputs are made before, the outputs checked after that.
"""

import gc
import json
import sys
import time

sys.dont_write_bytecode = True

WORKERS = 2
CHUNK = 100
# So that the queues never run dry while the parent sleeps: the most chunks that the package allows.
TUNED = {"max_real_in_flight_factor": 50, "max_total_in_flight_factor": 500}


def line(number):
    return f'{{"id":{number},"name":"record {number}","score":{number / 8}}}'


def value(number):
    return {"id": number, "name": f"record {number}", "score": number / 8}


def identity(record):
    return record


def identities(records):
    for record in records:
        yield record


def with_multiprocessing(inputs, chunk):
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        outputs = list(pool.imap_unordered(identity, inputs, chunksize=chunk))
        pool.close()
        pool.join()
    return outputs


def with_mpire(inputs, kind):
    try:
        import mpire
    except ImportError:
        sys.exit("mpire is not installed")
    # A dict would be taken for keyword arguments.
    arguments = zip(inputs) if kind == "values" else inputs
    with mpire.WorkerPool(n_jobs=WORKERS, start_method="fork") as pool:
        outputs = list(pool.imap_unordered(
            identity, arguments, iterable_len=len(inputs), chunk_size=CHUNK))
        pool.stop_and_join()
    return outputs


def with_vimap_py3(inputs, fork, **options):
    import vimap_py3
    bound = vimap_py3.worker(identities).init_args()
    pool = getattr(vimap_py3, fork)([bound] * WORKERS, **options)
    return [output for _, output in pool.imap(inputs).zip_in_out()]


PEERS = {
    "multiprocessing": lambda inputs, kind: with_multiprocessing(inputs, CHUNK),
    "multiprocessing-5000": lambda inputs, kind: with_multiprocessing(inputs, 5_000),
    "mpire": with_mpire,
    "vimap-py3": lambda inputs, kind: with_vimap_py3(inputs, "fork"),
    "vimap-py3-chunked": lambda inputs, kind: with_vimap_py3(
        inputs, "fork_chunked", default_chunk_size=CHUNK),
    "vimap-py3-tuned": lambda inputs, kind: with_vimap_py3(
        inputs, "fork_chunked", default_chunk_size=CHUNK, **TUNED),
}
KINDS = {
    "lines": (line, hash),
    "values": (value, lambda record: hash((record["id"], record["name"], record["score"]))),
}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in PEERS or sys.argv[2] not in KINDS \
            or not sys.argv[3].isdigit():
        sys.exit(__doc__)
    peer, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    make, key = KINDS[kind]
    inputs = [make(number) for number in range(count)]
    # The inputs are the benchmark's, so the peer should not pay for their collection.
    gc.collect()
    gc.freeze()

    start = time.perf_counter()
    outputs = PEERS[peer](inputs, kind)
    seconds = time.perf_counter() - start

    if len(outputs) != count or sum(map(key, outputs)) != sum(map(key, inputs)):
        sys.exit(f"peers.py: {peer}: {len(outputs)} outputs, not the same as the {count} inputs")
    print(json.dumps({"peer": peer, "kind": kind, "records": count, "seconds": seconds}))


if __name__ == "__main__":
    main()
