import Testing
import VimapBytes

@testable import VimapCheckpoint

struct RecordSetTests {
  @Test("A set of records holds what a plain set does")
  func againstPlainSet() {
    var random = SeededGenerator(1)
    for round in 0..<40 {
      var set = RecordSet()
      var plain = Set<Int>()
      let span = round % 2 == 0 ? 300 : 40_000
      for _ in 0..<60 {
        let start =
          Int.random(in: 0..<5, using: &random) == 0
          ? set.lowWater : Int.random(in: 0..<span, using: &random)
        let length = Int.random(in: 0..<(round % 3 == 0 ? span / 3 : 20), using: &random)
        set.insert(start..<start + length)
        plain.formUnion(start..<start + length)
        #expect(set.count == plain.count)
        let hole = (0...).first { !plain.contains($0) }
        #expect(set.lowWater == hole)
      }
      #expect(set.runs.flatMap { Array($0) } == plain.sorted())
      #expect(set.end == (plain.max() ?? -1) + 1)
      var place = 0
      while let end = set.run(from: place).end, place < span * 2 {
        let isIn = set.run(from: place).isIn
        #expect((place..<end).allSatisfy { plain.contains($0) == isIn })
        #expect(plain.contains(end) != isIn)
        place = end
      }
      var buffer = ByteBuffer()
      buffer.append(field: set)
      var reader = FieldReader(buffer.view)
      #expect(reader.recordSet() == set)
      #expect(reader.isAtEnd)
    }
  }

  @Test("A hundred million records with one in a hundred missing take two megabytes")
  func stragglers() {
    var set = RecordSet()
    var place = 0
    while place < 100_000_000 {
      set.insert(place + 1..<place + 100)
      place += 100
    }
    var buffer = ByteBuffer()
    buffer.append(field: set)
    #expect(set.count == 99_000_000)
    #expect(buffer.count < 2_100_000)
  }
}

struct FrameTests {
  static let frames: [Frame] = {
    var progress = Progress(durable: 7, ahead: .unlimited)
    progress.output = StreamChange(bytes: 1 << 21, blocks: [1, .max], partial: 5)
    progress.add(Progress.Entry(records: 5..<9))
    progress.add(Progress.Entry(records: 9..<12))
    progress.add(Progress.Entry(records: 2..<3, isException: true, hasLines: false))
    progress.inputs = [
      Progress.InputChange(
        file: 1, change: StreamChange(bytes: 9, blocks: [], partial: 3), isAtEnd: true)
    ]
    progress.totals = ["timeout": 4, "": -1]
    var state = JobState()
    state.apply(progress)
    state.sequence = 3
    return [
      .header(CrashJob.header),
      .session(Session(process: 4, boot: "b", time: 5, command: ["vimap", "-k", ""])),
      .progress(progress), .progress(Progress()), .snapshot(state), .snapshot(JobState()),
      .ending(JobState.Ending(isFinished: true, status: 1, time: 9)), .provisional,
    ]
  }()

  @Test("Frames are read as they were written", arguments: 0..<8)
  func roundTrip(number: Int) throws {
    var frame = Self.frames[number]
    if case .snapshot(var state) = frame {
      state.sequence = 300
      frame = .snapshot(state)
    }
    var buffer = ByteBuffer()
    frame.append(to: &buffer, sequence: 300, identity: 8)
    let found = try #require(Frame.read(buffer.view, identity: 8))
    #expect(found.sequence == 300)
    #expect(found.length == buffer.count)
    var again = ByteBuffer()
    found.frame.append(to: &again, sequence: 300, identity: 8)
    #expect(again.view == buffer.view)
    #expect(Frame.read(buffer.view, identity: 9) == nil)
    for end in 0..<buffer.count { #expect(Frame.read(buffer.view.head(end), identity: 8) == nil) }
  }

  @Test("What is read of any bytes is a frame or nothing")
  func anyBytes() {
    var random = SeededGenerator(3)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      bytes.lend {
        var fields = FieldReader($0)
        _ = Progress(&fields)
        fields = FieldReader($0)
        _ = JobState(&fields, 0)
        fields = FieldReader($0)
        _ = JobHeader(&fields)
      }
    }
  }
}

struct DigestTests {
  @Test("A checksum depends on all bytes and their number, and not on how they are handed over")
  func pieces() {
    var random = SeededGenerator(2)
    var seen = Set<UInt64>()
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      var whole = Digest()
      bytes.lend { whole.add($0) }
      seen.insert(whole.value)
      var parts = Digest()
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...rest.count, using: &random)
        Array(rest.prefix(count)).lend { parts.add($0) }
        rest = rest.dropFirst(count)
      }
      #expect(parts.value == whole.value)
      for bit in 0..<length * 8 where bit % 13 == 0 {
        var other = bytes
        other[bit / 8] ^= 1 << UInt8(bit % 8)
        var flipped = Digest()
        other.lend { flipped.add($0) }
        #expect(flipped.value != whole.value)
      }
    }
    for length in 1..<200 {
      var zeros = Digest()
      [UInt8](repeating: 0, count: length).lend { zeros.add($0) }
      seen.insert(zeros.value)
    }
    #expect(seen.count == 499)
  }
}

struct InputCheckTests {
  private func known(_ bytes: [UInt8]) -> JobState.Input {
    var digester = StreamDigester()
    bytes.lend { digester.add($0) }
    var input = JobState.Input()
    input.mark = digester.mark
    return input
  }

  private static let text = Array(
    (0..<300_000).map { "line \($0)\n" }.joined().utf8)

  private func difference(_ now: [UInt8], from was: [UInt8]) -> InputDifference? {
    var check = InputCheck(known(was), separator: 0x0A)
    do {
      var rest = now[...]
      while !rest.isEmpty {
        try Array(rest.prefix(200_000)).lend { try check.add($0) }
        rest = rest.dropFirst(200_000)
      }
      try check.end()
    } catch {
      return error as? InputDifference
    }
    return nil
  }

  @Test("The same input and one that has grown are taken; a changed one is refused by its place")
  func differences() {
    let text = Self.text
    #expect(difference(text, from: text) == nil)
    #expect(difference(text + Array("more\n".utf8), from: text) == nil)
    #expect(difference([], from: []) == nil)
    var changed = text
    changed[2_500_000] ^= 1
    let block = StreamMark.blockSize
    let line = text[..<(2 * block)].count { $0 == 0x0A } + 1
    #expect(
      difference(changed, from: text)
        == InputDifference(kind: .changed(bytes: 2 * block..<3 * block), line: line))
    let short = Array(text.prefix(2 * block + 100))
    let shortLine = short.count { $0 == 0x0A } + 1
    #expect(
      difference(short, from: text)
        == InputDifference(
          kind: .short(length: short.count, expected: text.count), line: shortLine))
    let last = Array("a\nb\nc".utf8)
    #expect(
      difference(Array("a\nb\nd".utf8), from: last)
        == InputDifference(kind: .changed(bytes: 0..<5), line: 1))
  }

  @Test("Bytes are certain when their whole block has been seen")
  func certain() throws {
    var check = InputCheck(known(Self.text), separator: 0x0A)
    try Array(Self.text.prefix(StreamMark.blockSize + 5)).lend { try check.add($0) }
    #expect(check.certainLength == StreamMark.blockSize)
    try Array(Self.text.dropFirst(StreamMark.blockSize + 5)).lend { try check.add($0) }
    #expect(check.certainLength == Self.text.count)
    #expect(check.isComplete)
  }
}

struct StartRuleTests {
  @Test("What is there and what is asked for decide")
  func table() throws {
    func outcome(
      _ checkpoint: StartFacts.Checkpoint, _ output: StartFacts.Output, _ wish: StartWish,
      known: Int = 5
    ) -> Result<Start, StartRefusal> {
      var facts = StartFacts(checkpoint: checkpoint, output: output)
      facts.knownOutput = known
      return Result { () throws(StartRefusal) in try facts.start(wish) }
    }
    for wish in [StartWish.begin, .resume] {
      #expect(outcome(.none, .none, wish) == .success(.begin))
      #expect(outcome(.none, .empty, wish) == .success(.begin))
      #expect(outcome(.none, .some, wish) == .failure(.outputWithoutCheckpoint))
    }
    #expect(outcome(.unfinished, .some, .begin) == .failure(.unfinishedJob))
    #expect(outcome(.finished, .some, .begin) == .failure(.finishedJob))
    #expect(outcome(.unfinished, .some, .resume) == .success(.goOn))
    #expect(outcome(.finished, .some, .resume) == .success(.goOn))
    #expect(outcome(.unfinished, .none, .resume) == .failure(.outputMissing))
    #expect(outcome(.unfinished, .none, .resume, known: 0) == .success(.goOn))
    #expect(outcome(.finished, .some, .retryFailed) == .success(.goOn))
    #expect(outcome(.none, .none, .retryFailed) == .failure(.nothingToRetry))
  }

  @Test("It is said what was and what is")
  func changes() {
    let changes = CrashJob.header.changes(to: [.init("--format", "pair"), .init("-R", "yes")])
    #expect(
      changes == [
        SettingChange(name: "--format", was: "object", is: "pair"),
        SettingChange(name: "-R", was: nil, is: "yes"),
      ])
    #expect(CrashJob.header.changes(to: CrashJob.header.fingerprint).isEmpty)
  }
}
