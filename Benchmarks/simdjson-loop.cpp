// Parses every line of a file again and again with simdjson's DOM, one parser and one document at a
// time, for a second or more, and says how many bytes a second that were: what the record scanner is
// measured against. It makes of each line a tape in memory, and looks at no value.
//
// Build: c++ -O3 -o simdjson-loop simdjson-loop.cpp -lsimdjson
// Usage: simdjson-loop FILE
#include <simdjson.h>

#include <chrono>
#include <cstdio>
#include <string_view>
#include <vector>

int main(int count, char **arguments) {
  if (count != 2) return std::fputs("usage: simdjson-loop FILE\n", stderr), 64;
  simdjson::padded_string text;
  if (simdjson::padded_string::load(arguments[1]).get(text)) return std::perror(arguments[1]), 66;

  std::vector<std::string_view> lines;
  std::string_view rest(text);
  for (size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1))
    lines.push_back(rest.substr(0, end));

  using clock = std::chrono::steady_clock;
  simdjson::dom::parser parser;
  auto start = clock::now();
  size_t rounds = 0;
  std::chrono::duration<double> taken;
  do {
    // What follows a line, the next one or the padding at the end, is the padding it needs.
    for (auto line : lines)
      if (parser.parse(line.data(), line.size(), false).error())
        return std::fputs("simdjson-loop: a line is not JSON\n", stderr), 1;
    rounds++;
    taken = clock::now() - start;
  } while (taken.count() < 1);
  std::printf("{\"bytes\":%zu,\"seconds\":%f}\n", text.size() * rounds, taken.count());
}
