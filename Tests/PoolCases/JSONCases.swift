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
      let results = try await loop.read(pool.imap(lines).zipInOut())
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
      bytes.withUnsafeBytes { JSONLine(copying: .init($0)) }
    }
    let pool = try Pool<JSONLine, JSONLine>.fork(jobs: 1, options: .ordered) { $0 }
    let outputs = try pool.imap(lines).zipInOut().map { $0.1.withUnsafeBytes { Array($0) } }
    try expect("bytes", outputs, blocks)
  }

  /// Results that came together share memory that is the pool's no more.
  static func linesOutliveThePool() throws {
    let texts = texts(5000)
    var outputs: [JSONLine] = []
    do {
      let pool = try Pool<JSONLine, JSONLine>.fork(jobs: 2, options: .ordered) { $0 }
      try pool.imap(texts.lazy.map { JSONLine($0) }).zipInOut { outputs.append($1) }
    }
    try expect(outputs.map(\.text) == texts, "lines have changed")
  }

  /// An array of lines that were cut from one block travels as any other value.
  static func linesInOneInput() throws {
    let block = texts(2000).joined(separator: "\n")
    let pool = try Pool<[JSONLine], [JSONLine]>.fork(jobs: 2) { $0.reversed() }
    let lines = block.split(separator: "\n").map { JSONLine(String($0)) }
    let inputs = stride(from: 0, to: 2000, by: 500).map { Array(lines[$0..<($0 + 500)]) }
    let results = try read(pool.imap(inputs).zipInOut())
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
    let outputs = try pool.imap(lines).zipInOut().map { $0.1 }
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
      let pairs = try pool.imap(inputs).zipInOut()
      var outputs: [String] = []
      switch loop {
      case .plain: for (_, output) in pairs { outputs.append(try JSONLine(output).text) }
      case .waiting:
        for try await (_, output) in pairs { outputs.append(try JSONLine(output).text) }
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
      let outputs = try pool.imap([input]).zipInOut().map { try JSONLine($0.1).text }
      try expect("output", outputs, [#"{"seen":true}"#])
      try expect("input", try JSONLine(input).text, "{}")
    }
  }

  static func linesToValues() throws {
    let pool = try Pool<JSONLine, JSONValue>.fork(jobs: 2) { try $0.parse() }
    let results = try read(pool.imap(["[1]", "{", #""a""#]).zipInOutTyp())
    try expect(
      "outputs", try results.outputs.mapValues { try JSONLine($0).text },
      ["[1]": "[1]", #""a""#: #""a""#])
    let error = try need("error", results.errors["{"])
    try expect("kind", error.kind, .thrown)
    try expect(error.typeName?.hasSuffix("JSONProblem") == true, "type: \(error)")
  }
}
