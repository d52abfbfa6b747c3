#!/usr/bin/env -S jq -r --unbuffered -f
# A vimap worker: a JSON record in, a JSON answer a line out, in the same order.
#
#   vimap -j2 examples/sample.jsonl -- jq -r --unbuffered -f examples/worker.jq
#
# By itself jq prints nothing for a record that it has an error with, and goes on: all answers after
# it would shift. So that there is always one line, an error is printed too (hence -r), as a line that
# is not JSON: the record becomes an exception that shows it.
try ({name, words: [.text | scan("\\S+")] | length} | tojson)
catch "error: \(tojson)"
