import Foundation
import VimapKit

/// JSON as inputs and outputs: lines that nothing looks into, and jansson's values.
@MainActor enum JSONCases {
  static let all = [
    PoolCase("json.lines", lines),
    PoolCase("json.linesAreNotLookedInto", linesAreNotLookedInto),
    PoolCase("json.linesOutliveThePool", linesOutliveThePool),
    PoolCase("json.linesInOneInput", linesInOneInput),
    PoolCase("json.largeLines", largeLines),
    PoolCase("json.values", values),
    PoolCase("json.valuesAreCopies", valuesAreCopies),
    PoolCase("json.linesToValues", linesToValues),
    PoolCase("json.linesOfAFile", linesOfAFile),
    PoolCase("coding.data", data),
  ]

  /// Texts of some kinds, each of them once.
  private static func texts(_ count: Int) -> [String] {
    (0..<count).map {
      switch $0 % 4 {
      case 0: #"{"number":\#($0),"text":"ä€😀 \u0000 \"quoted\""}"#
      case 1: "[\($0),[],{}]"
      case 2: "\($0)"
      default: #""text \#($0)""#
      }
    }
  }

  static func lines() async throws {
    let lines = texts(1000).map { JSONLine($0) }
    for loop in Loop.allCases {
      let pool = try Pool<JSONLine, JSONLine>.fork(jobs: 3, options: .ordered) { line in
        JSONLine("[" + line.text + "]")
      }
      let results = try await loop.read(pool.imap(lines))
      try expect("order", results.order, lines)
      for line in lines {
        try expect("output", results.outputs[line]?.text, "[" + line.text + "]")
      }
    }
  }

  static func linesAreNotLookedInto() throws {
    let blocks: [[UInt8]] = [
      [], [0], [0xFF, 0xFE, 0x00], Array("{not json".utf8), Array("two\nlines\r\n".utf8),
    ]
    let lines = blocks.map { bytes in
      bytes.withUnsafeBytes { JSONLine(copying: $0) }
    }
    let pool = try Pool<JSONLine, JSONLine>.fork(jobs: 1, options: .ordered) { $0 }
    let outputs = try outputs(pool.imap(lines)).map { $0.withUnsafeBytes { Array($0) } }
    try expect("bytes", outputs, blocks)
  }

  /// Results that came together share memory that is the pool's no more.
  static func linesOutliveThePool() throws {
    let texts = texts(5000)
    var outputs: [JSONLine] = []
    do {
      let pool = try Pool<JSONLine, JSONLine>.fork(jobs: 2, options: .ordered) { $0 }
      try pool.imap(texts.lazy.map { JSONLine($0) }).forEach { outputs.append($1) }
    }
    try expect(outputs.map(\.text) == texts, "lines have changed")
  }

  /// An array of lines that were cut from one block travels as any other value.
  static func linesInOneInput() throws {
    let block = texts(2000).joined(separator: "\n")
    let pool = try Pool<[JSONLine], [JSONLine]>.fork(jobs: 2) { $0.reversed() }
    let lines = block.split(separator: "\n").map { JSONLine(String($0)) }
    let inputs = stride(from: 0, to: 2000, by: 500).map { Array(lines[$0..<($0 + 500)]) }
    let results = try read(pool.imap(inputs))
    for input in inputs {
      let found = try need("output", results.outputs[input])
      try expect(found == input.reversed(), "lines have changed: \(found.prefix(3))")
    }
  }

  static func largeLines() throws {
    let lines = (0..<8).map {
      JSONLine("\"" + String(repeating: "\($0)", count: 200_000 * $0) + "\"")
    }
    let pool = try Pool<JSONLine, JSONLine>.fork(jobs: 2, options: .ordered) { $0 }
    let outputs = try outputs(pool.imap(lines))
    try expect(outputs == lines, "lines have changed")
  }

  static func values() async throws {
    let texts = texts(300)
    for loop in Loop.allCases {
      let pool = try Pool<JSONValue, JSONValue>.fork(jobs: 2, options: .ordered) { value in
        let array = JSONValue.array()
        array.append(value)
        return array
      }
      let inputs = try texts.map { try JSONLine($0).parse() }
      let pairs = try pool.imap(inputs)
      var outputs: [String] = []
      try await loop.walk(pairs) { _, output in
        outputs.append(try JSONLine(output).text)
        return true
      }
      try expect("outputs", outputs, try inputs.map { "[" + (try JSONLine($0).text) + "]" })
    }
  }

  /// What a worker does to its input, the program does not see, not even in the same process.
  static func valuesAreCopies() throws {
    for options in [PoolOptions(), .serial] {
      let pool = try Pool<JSONValue, JSONValue>.fork(jobs: 1, options: options) { value in
        value.set("seen", .bool(true))
        return value
      }
      let input = try JSONLine("{}").parse()
      let outputs = try outputs(pool.imap([input])).map { try JSONLine($0).text }
      try expect("output", outputs, [#"{"seen":true}"#])
      try expect("input", try JSONLine(input).text, "{}")
    }
  }

  static func linesToValues() throws {
    let pool = try Pool<JSONLine, JSONValue>.fork(jobs: 2) { try $0.parse() }
    let results = try read(pool.imap(["[1]", "{", #""a""#]).results)
    try expect(
      "outputs", try results.outputs.mapValues { try JSONLine($0).text },
      ["[1]": "[1]", #""a""#: #""a""#])
    let error = try need("error", results.errors["{"])
    try expect("kind", error.kind, .thrown)
    try expect("type", error.typeName, "JSONProblem")
  }

  struct Person: Codable, Equatable {
    var name: String
    var age: Int
  }

  /// Lines of a file are decoded in the workers.
  static func linesOfAFile() async throws {
    let path = "/tmp/vimap-lines-\(Surroundings.process).jsonl"
    let texts = (0..<500).map { #"{"name":"person \#($0)","age":\#($0)}"# }
    try Surroundings.write(texts.joined(separator: "\n") + "\n\nno json", to: path)
    defer { Surroundings.remove(path) }
    for loop in Loop.allCases {
      let pool = try Pool<Person, Person>.fork(jobs: 2, options: .ordered) {
        Person(name: $0.name.uppercased(), age: $0.age + 1)
      }
      let results = try await loop.read(pool.imap(lines: path, as: Person.self).results)
      try expect("results", results.order.count, 501)
      for (number, text) in texts.enumerated() {
        try expect(
          "output", results.outputs[JSONLine(text)],
          Person(name: "PERSON \(number)", age: number + 1))
      }
      try expect("kind", results.errors["no json"]?.kind, .unreadableInput)
      try expect("decoded here", try JSONLine(texts[7]).decode(Person.self).age, 7)
    }
    let lines = try Pool<JSONLine, Int>.fork(
      jobs: 1, options: .with { $0.allowsThreads = true }
    ) { $0.count }
    try expect("lines", try read(lines.imap(lines: path)).order.count, 501)
    let error = try expectThrow(PoolError.self) { _ = try lines.imap(lines: path + "/none") }
    guard case .system(let call, _) = error else { throw error }
    try expect("call", call, "open \(path)/none")
    let folder = try expectThrow(PoolError.self) { _ = try read(lines.imap(lines: "/tmp")) }
    try expect(folder.description.contains("read"), "error: \(folder)")
  }

  /// `Data` travels as an array of bytes does.
  static func data() throws {
    let pool = try Pool<Data, Data>.fork(jobs: 1, options: .ordered) { $0 }
    let values = [Data(), Data([1]), Surroundings.data(1 << 20, 7)]
    try expect("data", try outputs(pool.imap(values)), values)
    let nested = try Pool<[String: [Data]], [Data?]>.fork(jobs: 1) { ($0["a"] ?? []) + [nil] }
    try expect(
      "nested", try outputs(nested.imap([["a": values]])), [values.map(Optional.init) + [nil]])
  }
}
