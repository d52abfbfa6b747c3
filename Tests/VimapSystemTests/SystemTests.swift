import Glibc
import SystemPackage
import Testing
import VimapBytes

@testable import VimapSystem

private struct Header: BitwiseCopyable, Equatable {
  var kind: UInt8 = 0
  var number = 0
}

@Suite struct ResidentMemoryTests {
  @Test func ofThisProcessAndItsGroup() {
    let own = ResidentMemory.ofThisProcess
    #expect(own > 1 << 20)
    #expect(ResidentMemory.ofGroup(getpgrp()) > own / 2)
    // There is no such group.
    #expect(ResidentMemory.ofGroup(.max) == 0)
  }
}

@Suite struct ProcessWorkTests {
  @Test func whoAsksIsAtWork() { #expect(SystemProcess.isAtWork(SystemProcess.current)) }

  @Test func whoHasStartedOneThatIsAtWorkIs() throws {
    let shell = try SpawnRequest(
      arguments: ["sh", "-c", "(while :; do :; done) & wait"], environment: ["PATH=/usr/bin:/bin"]
    ).start(input: 0, output: 2, error: 2, groupSlot: nil)
    // It gets there in its own time.
    while !SystemProcess.isAtWork(shell) { sched_yield() }
    SystemProcess.signalGroup(shell, SIGKILL)
    #expect(try SystemProcess.wait(shell) == .killed(signal: Int(SIGKILL)))
  }

  @Test func whoWaitsForInputIsNot() throws {
    let input = try VimapSystem.Pipe()
    let process = try SpawnRequest(arguments: ["cat"], environment: ["PATH=/usr/bin:/bin"]).start(
      input: input.reading.number, output: 2, error: 2, groupSlot: nil)
    // It gets there in its own time.
    while SystemProcess.isAtWork(process) { sched_yield() }
    SystemProcess.signal(process, SIGKILL)
    #expect(try SystemProcess.wait(process) == .killed(signal: Int(SIGKILL)))
    #expect(!SystemProcess.isAtWork(process))
  }
}

@Suite struct MessageSocketTests {
  private func buffer(_ text: String) -> SharedBytes {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    return SharedBytes(copying: buffer.view)
  }

  @Test func messagesArriveWhole() throws {
    let (one, other) = try MessageSocket.pair().split()
    for number in 0..<3 {
      let text = buffer("text \(number)")
      #expect(
        try one.socket.send(Header(kind: 7, number: number), text: text.bytes, waiting: false))
    }
    for number in 0..<3 {
      guard
        case .message(let header, let text, _) = try other.socket.receive(
          Header.self, waiting: false)
      else {
        Issue.record("no message")
        return
      }
      #expect(header == Header(kind: 7, number: number))
      #expect(text?.bytes.text == "text \(number)")
    }
    guard case .nothingYet = try other.socket.receive(Header.self, waiting: false) else {
      Issue.record("a message too many")
      return
    }
  }

  @Test func aDescriptorTravelsAlong() throws {
    let (one, other) = try MessageSocket.pair().split()
    let file = try MemoryFile()
    try file.append(ByteView("hello"))
    #expect(try one.socket.send(Header(), attached: file.descriptor.number, waiting: false))
    guard
      case .message(_, _, let attached) = try other.socket.receive(
        Header.self, waiting: false), let attached
    else {
      Issue.record("no descriptor")
      return
    }
    let memory = try SharedMemory(file: attached.number, count: 5)
    #expect(memory.view(0, 5).text == "hello")
  }

  @Test func whatWasSentBeforeAnEndIsStillReceived() throws {
    // The reset that unread messages of ours cause comes first, and must not hide the last words.
    let one = try sendAndClose()
    guard case .message(let header, _, _) = try one.socket.receive(Header.self, waiting: false)
    else {
      Issue.record("the last words are lost")
      return
    }
    #expect(header.number == 2)
    guard case .ended = try one.socket.receive(Header.self, waiting: false) else {
      Issue.record("no end")
      return
    }
  }

  private func sendAndClose() throws -> End {
    let (one, other) = try MessageSocket.pair().split()
    #expect(try one.socket.send(Header(number: 1), waiting: false))
    #expect(try other.socket.send(Header(number: 2), waiting: false))
    return one
  }

  @Test func aSocketThatIsFullSaysSo() throws {
    let (one, other) = try MessageSocket.pair().split()
    defer { withExtendedLifetime(other) {} }
    var sent = 0
    while sent < 1_000_000, try one.socket.send(Header(), waiting: false) { sent += 1 }
    #expect((100..<1_000_000).contains(sent))
  }
}

/// One end in a class, so that tests can close it.
private final class End {
  let socket: MessageSocket

  init(_ socket: consuming MessageSocket) { self.socket = socket }
}

extension MessageSocketPair {
  /// Both ends; one is closed when it is let go of.
  fileprivate consuming func split() throws -> (End, End) {
    guard let ours = ours.take(), let theirs = theirs.take() else {
      throw SystemError(call: "socketpair", code: .badFileDescriptor)
    }
    return (End(ours), End(theirs))
  }
}

@Suite struct SpawnTests {
  private func run(
    _ arguments: [String], input: String = "", group: GroupSlot? = nil
  ) throws -> (output: String, end: ProcessEnd) {
    var toChild = try VimapSystem.Pipe().ends()
    var fromChild = try VimapSystem.Pipe().ends()
    guard let childInput = toChild.reading.take(), let ours = toChild.writing.take(),
      let output = fromChild.reading.take(), let childOutput = fromChild.writing.take()
    else { throw SystemError(call: "pipe", code: .badFileDescriptor) }
    let request = SpawnRequest(arguments: arguments, environment: ["PATH=/usr/bin:/bin", "A=b"])
    let process = try request.start(
      input: childInput.number, output: childOutput.number, error: 2, groupSlot: group)
    close(childInput)
    close(childOutput)
    var text = ByteBuffer()
    text.append(text: input)
    try Descriptor.writeAll(ours.number, text.view)
    close(ours)
    var read = ByteBuffer()
    while try Descriptor.read(output.number, into: &read, limit: 4096) != 0 {}
    return (read.view.text, try SystemProcess.wait(process))
  }

  private func close(_ descriptor: consuming OwnedDescriptor) {}

  @Test func theCommandReadsAndWrites() throws {
    let (output, end) = try run(["cat"], input: "hello")
    #expect(output == "hello")
    #expect(end == .exited(status: 0))
  }

  @Test func itsEnvironmentIsTheOneGiven() throws {
    #expect(try run(["sh", "-c", "echo $A $HOME"]).output == "b\n")
  }

  @Test func itLeadsAGroupThatIsWrittenDown() throws {
    let memory = try SharedMemory(count: 64)
    let slot = memory.groupSlot(at: 8)
    let output = try run(["sh", "-c", "echo $$ $(ps -o pgid= -p $$)"], group: slot).output
    let numbers = output.split(separator: " ").compactMap { Int32($0.filter(\.isNumber)) }
    #expect(numbers == [slot.group, slot.group])
  }

  @Test func endsAreTold() throws {
    #expect(try run(["sh", "-c", "exit 7"]).end == .exited(status: 7))
    #expect(try run(["sh", "-c", "kill -9 $$"]).end == .killed(signal: 9))
  }

  @Test func whatCannotBeStartedSaysWhy() {
    #expect(throws: SystemError(call: "exec", code: .noSuchFileOrDirectory)) {
      try run(["/no/such/command"])
    }
    #expect(throws: SystemError(call: "exec", code: .permissionDenied)) {
      try run(["/etc/passwd"])
    }
  }
}

@Suite struct PollSetTests {
  @Test func placesAreFoundReadyAndUsedAgain() throws {
    let pipe = try Pipe()
    var set = PollSet()
    let reading = set.add(pipe.reading.number, .readable)
    let writing = set.add(pipe.writing.number, .writable)
    try set.wait(milliseconds: nil)
    #expect(set.ready(reading) == [])
    #expect(set.ready(writing) == .writable)
    _ = try Descriptor.write(pipe.writing.number, ByteView("x"))
    set.set(writing, -1, [])
    try set.wait(milliseconds: nil)
    #expect(set.ready(reading) == .readable)
    #expect(set.ready(writing) == [])
    set.remove(reading)
    #expect(set.add(-1, []) == reading)
  }
}

@Suite struct SharedMemoryTests {
  @Test func wordsAndBytes() throws {
    let memory = try SharedMemory(count: 4096)
    memory.storeWord(UInt64.max - 1, at: 8)
    #expect(memory.loadWord(at: 8) == UInt64.max - 1)
    memory.copy(ByteView("abcdef"), to: 100)
    memory.copy(memory.view(100, 6), to: 102)
    #expect(memory.view(100, 8).text == "ababcdef")
    var cursor = memory.cursor(at: 0, room: 4)
    cursor.put(ByteView("xy"))
    cursor.put(ByteView("z"))
    #expect(cursor.count == 3)
    #expect(memory.view(0, 3).text == "xyz")
  }
}

@Suite struct RemovedFileTests {
  /// Whether a file is there after it was to be removed, if it is the open one, and empty.
  private func stays(_ change: (_ path: String, _ descriptor: CInt) throws -> Void) throws -> Bool {
    let path = "/tmp/vimap-removed-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    guard let file = try Descriptor.create(path) else { return true }
    try change(path, file.number)
    Descriptor.removeIfEmpty(path, openAs: file.number)
    return access(path, F_OK) == 0
  }

  @Test func onlyOneThatIsEmptyAndOursIsRemoved() throws {
    #expect(try !stays { _, _ in })
    #expect(try stays { _, descriptor in _ = write(descriptor, "a", 1) })
    // Another has taken its name.
    #expect(
      try stays { path, _ in
        rename(path, path + ".old")
        unlink(path + ".old")
        _ = try Descriptor.create(path)
      })
    // Its name is that of a link to something else.
    #expect(
      try stays { path, _ in
        unlink(path)
        symlink("/dev/null", path)
      })
  }
}

@Suite struct NameTests {
  @Test func signalsHaveNames() {
    #expect(Signals.name(9) == "SIGKILL")
    #expect(Signals.name(11) == "SIGSEGV")
    #expect(Signals.name(999) == "signal 999")
  }

  @Test func momentsApart() {
    let now: Nanoseconds = .seconds(1)
    #expect((now + .milliseconds(3)).millisecondsFrom(now) == 3)
    #expect((now + 1).millisecondsFrom(now) == 1)
    #expect(now.millisecondsFrom(now + 5) == 0)
  }
}

#if DEBUG
  @Suite struct FaultTests {
    @Test func aCallThatIsInterruptedIsMadeAgain() throws {
      let pipe = try Pipe()
      let number = pipe.writing.number
      let faults = Faults(["write": [.interrupted, .interrupted]])
      #expect(try faults.during { try Descriptor.write(number, ByteView("x")) } == 1)
      #expect(faults.areSpent)
    }

    @Test func aMessageWaitsForMemory() throws {
      let (one, other) = try MessageSocket.pair().split()
      defer { withExtendedLifetime(other) {} }
      let faults = Faults(["sendmsg": [.noBufferSpace, .noMemory, .tooManyReferences]])
      #expect(try faults.during { try one.socket.send(UInt64(1), waiting: true) })
      #expect(faults.areSpent)
      let others = Faults(["sendmsg": [.noBufferSpace]])
      #expect(throws: SystemError(call: "sendmsg", code: .noBufferSpace)) {
        try others.during { try one.socket.send(UInt64(1), waiting: false) }
      }
    }

    @Test func aFailureNamesTheCall() throws {
      let pipe = try Pipe()
      let number = pipe.writing.number
      let faults = Faults(["write": [.noSpace]])
      #expect(throws: SystemError(call: "write", code: .noSpace)) {
        try faults.during { try Descriptor.write(number, ByteView("x")) }
      }
    }
  }

  /// Faults for the calls of one test, each of which happens once; used by that test alone.
  private final class Faults: @unchecked Sendable {
    private var left: [String: [Errno]]

    init(_ faults: [String: [Errno]]) { left = faults }

    var areSpent: Bool { left.values.allSatisfy(\.isEmpty) }

    func during<Result>(_ body: () throws -> Result) throws -> Result {
      try SystemCallFault.$injected.withValue({ [self] in next($0) }, operation: body)
    }

    private func next(_ call: String) -> Errno? {
      guard let first = left[call]?.first else { return nil }
      left[call]?.removeFirst()
      return first
    }
  }
#endif

@Suite struct TextEncodingTests {
  private func bytes(_ buffer: borrowing ByteBuffer) -> [UInt8] {
    buffer.view.withUnsafeBytes { Array($0) }
  }

  private func decoded(_ text: [UInt8], _ name: String, pieces: Int) throws -> (String, Int) {
    let converter = try #require(TextEncoding(name)).decoder(endOfLine: 0x0A)
    var buffer = ByteBuffer()
    for start in stride(from: 0, to: text.count, by: pieces) {
      Array(text[start..<min(start + pieces, text.count)]).withUnsafeBytes {
        converter.convert(ByteView($0), to: &buffer)
      }
    }
    converter.finish(&buffer)
    return (buffer.view.text, converter.linesWithGaps)
  }

  /// Wherever characters are cut, and back again.
  @Test(arguments: [
    "UTF-8", "UTF-16", "UTF-16BE", "UTF-32LE", "SHIFT_JIS", "EUC-JP", "GB18030", "ISO-2022-JP",
    "UTF-7", "BIG5-HKSCS", "EUC-JISX0213",
  ])
  func anyPieces(name: String) throws {
    let text = "{\"a\": \"日本 か\"}\n\nxyz\nか"
    for pieces in 1...9 {
      let encoder = try #require(TextEncoding(name)).encoder()
      var buffer = ByteBuffer()
      let utf8 = Array(text.utf8)
      for start in stride(from: 0, to: utf8.count, by: pieces) {
        Array(utf8[start..<min(start + pieces, utf8.count)]).withUnsafeBytes {
          encoder.convert(ByteView($0), to: &buffer)
        }
      }
      encoder.finish(&buffer)
      let (back, gaps) = try decoded(bytes(buffer), name, pieces: pieces)
      #expect(back.drop { $0 == "\u{FEFF}" } == text, "\(pieces)")
      #expect(gaps == 0)
    }
  }

  @Test(arguments: 1...5)
  func whatIsNoText(pieces: Int) throws {
    #expect(
      try decoded([0x61, 0x81, 0x8D, 0x0A, 0x62, 0x0A, 0x81], "cp1252", pieces: pieces)
        == ("a\u{FFFD}\u{FFFD}\nb\n\u{FFFD}", 2))
    // A surrogate that stands alone, and one half of a unit.
    #expect(
      try decoded([0xDC, 0, 0, 0x61, 0, 0x0A, 0, 0x62, 0], "UTF-16BE", pieces: pieces)
        == ("\u{FFFD}a\nb\u{FFFD}", 2))
    #expect(try decoded([0xE3, 0x81], "UTF-8", pieces: pieces) == ("\u{FFFD}", 1))
  }

  @Test func whatAnEncodingDoesNotHave() throws {
    let encoder = try #require(TextEncoding("latin1")).encoder()
    var buffer = ByteBuffer()
    Array("é\u{FFFD}日x".utf8).withUnsafeBytes { encoder.convert(ByteView($0), to: &buffer) }
    encoder.finish(&buffer)
    #expect(bytes(buffer) == [0xE9, 0x3F, 0x3F, 0x78])
  }

  @Test(arguments: ["", "latin-99", "latin1//IGNORE", "UTF-8//TRANSLIT", "\0"])
  func unknownNames(name: String) {
    #expect(TextEncoding(name) == nil)
  }
}
