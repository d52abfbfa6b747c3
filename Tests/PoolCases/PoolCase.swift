import Glibc
import VimapKit

/// Something that has to be true of pools, tried out in a process of its own.
struct PoolCase: Sendable {
  let name: String
  /// What stands in standard error then; without it, there must be nothing.
  var says: String?
  let body: @MainActor @Sendable () async throws -> Void

  init(
    _ name: String, says: String? = nil,
    _ body: @escaping @MainActor @Sendable () async throws -> Void
  ) {
    self.name = name
    self.says = says
    self.body = body
  }

  @MainActor static var all: [PoolCase] {
    DeathCases.all + ReplacementCases.all + ErrorCases.all + StartCases.all + CodingCases.all
      + FormCases.all + SequenceCases.all + MapCases.all + ReuseCases.all + SharingCases.all
      + LeaveCases.all + BoundCases.all + ThreadCases.all + LoadCases.all + ProgressCases.all
      + SerialCases.all + JSONCases.all + OptionCases.all + RecordCases.all + PauseCases.all
  }

  /// Runs the case.
  /// - Returns: what is wrong; `nil` where nothing is.
  @MainActor func run() async -> String? {
    let descriptors = Surroundings.descriptors()
    do {
      try await body()
    } catch {
      return "\(error)"
    }
    // A pool that was let go of has its workers leave behind the scenes; what is left of it goes
    // with the next pool.
    let child = Surroundings.eventually({ Surroundings.anyChild() }) { $0 == nil }
    if let child { return "process \(child) is left behind" }
    do {
      try await Pool<Int, Int>.fork(jobs: 1, options: .with { $0.allowsThreads = true }) { $0 }
        .close()
    } catch {
      return "\(error)"
    }
    // A thread of the runtime's may still be letting go of what it waited for.
    let left = Surroundings.eventually({ Surroundings.descriptors(but: descriptors) }, \.isEmpty)
    return left.isEmpty ? nil : "open descriptors are left behind: \(left)"
  }
}

/// Why a case fails.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ text: String, _ file: StaticString, _ line: UInt) {
    description = "\(file):\(line): \(text)"
  }
}

func expect(
  _ holds: Bool, _ text: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws {
  if !holds { throw Failure(text(), file, line) }
}

/// Expects a value of something that is called `what`.
func expect<Value: Equatable>(
  _ what: String, _ found: Value, _ expected: Value, file: StaticString = #fileID,
  line: UInt = #line
) throws {
  if found == expected { return }
  throw Failure("\(what): expected \(expected), found \(found)", file, line)
}

/// Expects `body` to throw an error of this type, and returns it.
func expectThrow<Thrown: Error>(
  _ type: Thrown.Type, file: StaticString = #fileID, line: UInt = #line, _ body: () throws -> Void
) throws -> Thrown {
  do {
    try body()
  } catch let error as Thrown {
    return error
  } catch {
    throw Failure("expected an error of type \(type), found \(error)", file, line)
  }
  throw Failure("expected an error of type \(type), found none", file, line)
}

/// Expects there to be a value.
func need<Value>(
  _ what: String, _ value: Value?, file: StaticString = #fileID, line: UInt = #line
) throws -> Value {
  guard let value else { throw Failure("\(what): expected one, found none", file, line) }
  return value
}

func complain(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = write(2, bytes, bytes.count)
}
