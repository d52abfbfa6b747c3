#!/usr/bin/env python3
"""A vimap worker: a JSON record a line in, a JSON answer a line out, in the same order.

    vimap -j2 examples/sample.jsonl -- python3 examples/worker.py

What is slow to make (a model, a connection) is made once, before the loop. flush=True hands over
each answer at once instead of when a buffer is full.
"""

import json
import sys

# The slow part would be here: model = load_model()

for line in sys.stdin:
    record = json.loads(line)
    words = record["text"].split()
    answer = {"name": record["name"].upper(), "words": len(words), "longest": max(words, key=len)}
    print(json.dumps(answer), flush=True)
