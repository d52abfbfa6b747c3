import VimapBytes
import VimapSystem

/// Files that options name. They are read, or only checked, before a run begins.
enum InputText {
  /// A file that is longer than this is no file of options.
  private static let longest = 1 << 20

  /// Checks that a file can be read.
  /// - Parameter advice: what to do if it can't.
  static func check(_ path: String, of option: String, _ advice: String) throws {
    do throws(SystemError) {
      let file = try Descriptor.open(reading: path)
      if try Descriptor.facts(file.number).kind == .directory {
        throw SystemError(call: "open", code: .isDirectory)
      }
    } catch {
      throw refusal(path, of: option, error, advice)
    }
  }

  /// The lines of a file, without their ends, each with its number. Empty lines are left out.
  static func lines(
    _ path: String, of option: String, _ advice: String
  ) throws -> [(number: Int, text: String)] {
    var text = ByteBuffer()
    do throws(SystemError) {
      let file = try Descriptor.open(reading: path)
      while text.count <= longest {
        guard let count = try Descriptor.read(file.number, into: &text, limit: 64 << 10) else {
          try Descriptor.wait(until: .readable, file.number)
          continue
        }
        if count == 0 { break }
      }
    } catch {
      throw refusal(path, of: option, error, advice)
    }
    guard text.count <= longest else {
      throw Refusal(.usage, "\(option) \(path): it is longer than 1M; \(advice)")
    }
    return String(system: text.view)
      .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      .enumerated().filter { !$0.element.isEmpty }
      .map { (number: $0.offset + 1, text: String($0.element)) }
  }

  private static func refusal(
    _ path: String, of option: String, _ error: SystemError, _ advice: String
  ) -> Refusal {
    Refusal(.noInput, "\(option) \(path): it cannot be read: \(error.code); \(advice)")
  }
}
