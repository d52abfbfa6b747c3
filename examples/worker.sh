#!/bin/sh
# A vimap worker: a JSON record a line in, a JSON answer a line out, in the same order.
#
#   vimap -j2 examples/sample.jsonl -- sh examples/worker.sh
#
# vimap tells every worker who it is. IFS= and -r keep the line as it came.
while IFS= read -r record; do
  printf '{"worker":%d,"length":%d}\n' "$VIMAP_WORKER" "${#record}"
done
