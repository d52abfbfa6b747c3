#!/usr/bin/env node
// A vimap worker: a JSON record a line in, a JSON answer a line out, in the same order.
//
//   vimap -j2 examples/sample.jsonl -- node examples/worker.mjs
//
// Lines are cut at LF alone, as node:readline would cut at U+2028 too, which JSON allows in strings.
// Into a pipe, console.log writes at once. Whatever `answer` throws ends the worker, and the record
// becomes an exception with the trace.

async function answer(record) {
  return { name: record.name, words: record.text.trim().split(/\s+/).length };
}

let rest = "";
for await (const chunk of process.stdin.setEncoding("utf8")) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop();
  for (const line of lines) console.log(JSON.stringify(await answer(JSON.parse(line))));
}
