import CJansson
import Glibc
import Testing
import VimapBytes

@testable import VimapJSON

/// jansson's allocations on one thread: counted, and made to fail. Other threads, which may be
/// running other tests, are left alone.
private enum Allocations {
  struct Account {
    /// Which allocations fail, counted from 0.
    let failing: Range<Int>
    var tried = 0
    /// Blocks allocated and not freed.
    var live = 0
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    json_set_alloc_funcs(allocate, release)
    return key
  }()

  fileprivate static var account: UnsafeMutablePointer<Account>? {
    pthread_getspecific(key)?.assumingMemoryBound(to: Account.self)
  }

  /// Runs `body` with the allocations in `failing` failing.
  static func with(failing: Range<Int>, _ body: () throws -> Void) rethrows -> Account {
    var account = Account(failing: failing)
    try withUnsafeMutablePointer(to: &account) { pointer in
      pthread_setspecific(key, pointer)
      defer { pthread_setspecific(key, nil) }
      try body()
    }
    return account
  }
}

private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
  if let account = Allocations.account {
    defer { account.pointee.tried += 1 }
    if account.pointee.failing.contains(account.pointee.tried) { return nil }
    account.pointee.live += 1
  }
  return malloc(size)
}

private func release(_ block: UnsafeMutableRawPointer?) {
  if block != nil, let account = Allocations.account { account.pointee.live -= 1 }
  free(block)
}

/// Fails jansson's first allocation, its second, and so forth, alone or with all that follow,
/// until what is tried needs no more: it must then be right, and before that say that it isn't.
@Suite("jansson without memory", .serialized)
struct AllocationTests {
  /// `attempt` answers with a text, or throws.
  private func exhaust(
    expecting expected: String, least: Int, _ attempt: () throws -> String
  ) throws {
    for first in 0..<1000 {
      for failing in [first..<first + 1, first..<Int.max] {
        var result: Result<String, any Error>?
        let account = Allocations.with(failing: failing) { result = Result(catching: attempt) }
        let outcome = try #require(result)
        #expect(account.live == 0, "leaked when \(failing) failed")
        if account.tried <= first {
          #expect(try outcome.get() == expected)
          #expect(first >= least, "the test allocates less than it thinks")
          return
        }
        // Either an error, or that memory could be done without.
        if case .success(let text) = outcome { #expect(text == expected) }
      }
    }
    Issue.record("still failing")
  }

  @Test func building() throws {
    try exhaust(expecting: #"{"a":[1,"two",0.5],"bad":"�"}"#, least: 10) {
      let list = JSONValue.array()
      list.append(.integer(1))
      list.append(.string("two"))
      list.append(.real(0.5))
      let value = JSONValue.object()
      value.set("a", list)
      value.set("bad", withView([0xFF]) { JSONValue.string($0) })
      return try written(value)
    }
  }

  @Test func growing() throws {
    let expected = "[" + (0..<100).map(String.init).joined(separator: ",") + "]"
    try exhaust(expecting: expected, least: 100) {
      let list = JSONValue.array()
      for number in 0..<100 { list.append(.integer(number)) }
      return try written(list)
    }
  }

  /// With short tokens only: jansson 2.14 loses bytes of a token when the buffer that it gathers
  /// them in can't grow past 16, and takes what is left for the token.
  @Test func parsing() throws {
    let text = #"{"a":[1,2.5,"text",{"b":null}],"c":true}"#
    try exhaust(expecting: text, least: 10) { try written(parse(text)) }
  }

  /// A part of a record is found, and filled in, without jansson.
  @Test func templates() throws {
    let template = Template(#"{.a.b}/{.["c d"]}/{.e}"#)
    let record = Bytes(#"{"a":{"b":"\u0078"},"c d":[1],"\u0065":2}"#.utf8)
    let account = try Allocations.with(failing: 0..<Int.max) {
      try withView(record) { view in
        var buffer = ByteBuffer()
        try template.expand(
          into: &buffer, context: TemplateContext(record: view, index: 1, worker: 0))
        #expect(buffer.view.text == "x/[1]/2")
      }
    }
    #expect(account.tried == 0)
  }

  @Test func writing() throws {
    let value = try parse(#"{"a":[[1],{"b":[2]}]}"#)
    var failures = 0
    for first in 0..<100 {
      var buffer = ByteBuffer()
      buffer.append("kept")
      let account = Allocations.with(failing: first..<first + 1) {
        do { try value.write(to: &buffer) } catch { failures += 1 }
      }
      if account.tried <= first {
        #expect(buffer.view.text == #"kept{"a":[[1],{"b":[2]}]}"#)
        #expect(failures > 5)
        return
      }
      #expect(buffer.view.text == "kept")
    }
    Issue.record("still failing")
  }

  @Test func aLostValueSaysSo() {
    _ = Allocations.with(failing: 0..<Int.max) {
      let lost = JSONValue.object()
      lost.set("a", .null)
      #expect(lost.kind == .null)
      #expect(lost["a"] == nil)
      #expect(lost.count == 0)
      var buffer = ByteBuffer()
      buffer.append("kept")
      #expect(throws: JSONProblem.outOfMemory) { try lost.write(to: &buffer) }
      #expect(buffer.view.text == "kept")
    }
  }

  @Test func aProblemThatCannotBeRead() {
    _ = Allocations.with(failing: 0..<Int.max) {
      #expect(throws: JSONProblem.outOfMemory) { try parse("[1]") }
    }
  }
}
