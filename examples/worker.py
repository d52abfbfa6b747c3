#!/usr/bin/env python3
"""A vimap worker: a JSON record a line in, a JSON answer a line out, in the same order.

    vimap -j2 examples/sample.jsonl -- python3 examples/worker.py

What is slow to make (a model, a connection) is made once, before the loop. flush=True hands over
each answer at once instead of when a buffer is full.
"""

import json
import sys


def load_model():
    """Stands for the slow part. What is printed to standard error is no answer."""
    print("loading the model", file=sys.stderr)
    return lambda words: max(words, key=len)


longest = load_model()

for line in sys.stdin:
    record = json.loads(line)
    words = record["text"].split()
    answer = {"name": record["name"].upper(), "words": len(words), "longest": longest(words)}
    print(json.dumps(answer), flush=True)
