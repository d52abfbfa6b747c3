import Foundation
import Testing

/// Holds the Swift code of the articles and of the README to code that is compiled, and what the
/// articles say it prints to what it prints.
@Suite struct DocumentationExamplesTests {
  @Test(arguments: [
    "Sources/VimapKit/VimapKit.docc/VimapKit.md",
    "Sources/VimapKit/VimapKit.docc/Tutorial.md",
    "Sources/VimapKit/VimapKit.docc/Forking.md",
    "Sources/VimapKit/VimapKit.docc/Testing.md",
    "Sources/VimapKit/VimapKit.docc/FromPython.md",
    "README.md",
  ])
  func codeIsCompiled(in article: String) throws {
    let sources = try Article.sources()
    for block in try Article(article).blocks("swift") where !block.isManifest {
      #expect(
        sources.contains { block.stands(in: $0) },
        "\(article): this is in no file of Tests/Tutorial:\n\(block.text)")
    }
  }

  @Test func articlesHaveCode() throws {
    #expect(try Article("Sources/VimapKit/VimapKit.docc/Tutorial.md").blocks("swift").count >= 8)
    #expect(try Article("Sources/VimapKit/VimapKit.docc/Forking.md").blocks("swift").count >= 2)
  }

  @Test func tutorialPrintsWhatItSays() throws {
    #expect(try printed("tutorial") == Article("Sources/VimapKit/VimapKit.docc/Tutorial.md").output)
  }

  @Test func forkingPrintsWhatItSays() throws {
    #expect(
      try printed("pools") + printed("threads")
        == Article("Sources/VimapKit/VimapKit.docc/Forking.md").output)
  }

  @Test func testingPrintsWhatItSays() throws {
    #expect(try printed("testing") == Article("Sources/VimapKit/VimapKit.docc/Testing.md").output)
  }

  @Test func readmeMapsItsNumbers() throws {
    let lines = try printed("readme").split(separator: "\n").map(String.init)
    #expect(Set(lines) == Set((1...100).map { "\($0) \($0 * 10)" }))
    #expect(lines.count == 100)
  }

  /// What a chapter of the program `tutorial` prints, which was built beside these tests.
  private func printed(_ chapter: String) throws -> String {
    let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Far longer than it takes: what is still there then hangs.
    program.arguments = [
      "timeout", "60", products.appendingPathComponent("tutorial").path, chapter,
    ]
    let output = Pipe()
    program.standardOutput = output
    program.standardInput = FileHandle.nullDevice
    try program.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A text in Markdown.
private struct Article {
  let text: String

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  init(_ path: String) throws {
    text = try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The blocks marked with a language.
  func blocks(_ language: String) throws -> [CodeBlock] {
    let pattern = try Regex("(?ms)^```\(language)\n(.*?)^```$", as: (Substring, Substring).self)
    return text.matches(of: pattern).map { CodeBlock(text: String($0.1)) }
  }

  /// What the code is said to print.
  var output: String {
    get throws { try blocks("text").map(\.text).joined() }
  }

  /// The paragraphs of each file that blocks may stand in.
  static func sources() throws -> [[String]] {
    let folder = root.appendingPathComponent("Tests/Tutorial")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "swift" }
      .map { CodeBlock(text: try String(contentsOf: $0, encoding: .utf8)).paragraphs }
  }
}

private struct CodeBlock {
  let text: String

  /// A line for a package's manifest is no code of a program.
  var isManifest: Bool { text.hasPrefix(".package(") }

  /// What stands between empty lines, each line without its indentation.
  var paragraphs: [String] {
    var paragraphs = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.drop { $0 == " " }
      if line.isEmpty {
        paragraphs.append("")
      } else {
        paragraphs[paragraphs.count - 1] += line + "\n"
      }
    }
    return paragraphs.filter { !$0.isEmpty }
  }

  /// Whether the block's paragraphs stand in a file, in their order. A file may have others between
  /// them, and lines around the first and the last: the function that the block is in.
  func stands(in source: [String]) -> Bool {
    var rest = source[...]
    for paragraph in paragraphs {
      guard let place = rest.firstIndex(where: { ("\n" + $0).contains("\n" + paragraph) }) else {
        return false
      }
      rest = rest[(place + 1)...]
    }
    return true
  }
}
