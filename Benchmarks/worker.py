"""A command with some work to do for each record, which it does not do faster than it has to."""

import json
import sys

for line in sys.stdin:
    record = json.loads(line)
    record["seen"] = True
    print(json.dumps(record), flush=True)
