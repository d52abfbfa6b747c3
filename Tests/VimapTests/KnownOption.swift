import Foundation

@testable import vimap

/// An option as argument parsing knows it.
struct KnownOption: Decodable {
  struct Name: Decodable {
    let kind: String
    let name: String
  }

  let kind: String
  let names: [Name]?
  let parsingStrategy: String
  let allValues: [String]?
  let sectionTitle: String?

  /// `--keep-order`
  var longName: String {
    names?.first { $0.kind == "long" }.map { "--\($0.name)" } ?? ""
  }

  var letter: Unicode.Scalar? {
    names?.first { $0.kind == "short" }?.name.unicodeScalars.first
  }

  /// All of them, but for `--help` and `--version`.
  static let all: [KnownOption] = {
    struct Dump: Decodable {
      struct Command: Decodable { let arguments: [KnownOption] }
      let command: Command
    }
    do {
      _ = try VimapCommand.parse(["--experimental-dump-help"])
      return []
    } catch {
      let text = VimapCommand.fullMessage(for: error)
      let dump = try? JSONDecoder().decode(Dump.self, from: Data(text.utf8))
      return dump?.command.arguments.filter { $0.sectionTitle != nil } ?? []
    }
  }()
}
