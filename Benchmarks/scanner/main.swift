// Checks every line of a file again and again with the record scanner, for a second or more, and
// says how many bytes a second that were. simdjson-loop.cpp does the same with simdjson.
import Glibc
import VimapBytes
import VimapJSON

func complain(_ text: String, status: Int32) -> Never {
  let line = "scanner-benchmark: \(text)\n"
  _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(status)
}

func contents(of path: String) -> ByteBuffer {
  var bytes = ByteBuffer()
  guard let file = fopen(path, "rb") else { complain("\(path): cannot be opened", status: 66) }
  while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
  fclose(file)
  return bytes
}

let arguments = CommandLine.arguments
guard arguments.count == 2 else { complain("usage: scanner-benchmark FILE", status: 64) }
let text = contents(of: arguments[1])
var lines: [ByteView] = []
var rest = text.view
while let end = rest.firstIndex(of: 0x0A) {
  lines.append(rest.head(end))
  rest = rest.slice(end + 1)
}

let scanner = RecordScanner()
let clock = ContinuousClock()
let start = clock.now
var rounds = 0
repeat {
  for line in lines where !scanner.accepts(line) { complain("a line is not JSON", status: 1) }
  rounds += 1
} while clock.now - start < .seconds(1)
let taken = (clock.now - start).components
let seconds = Double(taken.seconds) + Double(taken.attoseconds) / 1e18
print("{\"bytes\":\(text.count * rounds),\"seconds\":\(seconds)}")
