import VimapBytes
import VimapSystem

/// What workers write to standard error, on its way there, and the last of it: why a process was
/// ended is said nowhere else.
final class LastWords {
  private let isKept: Bool
  private var speakers: [Int32: Speaker] = [:]
  /// Places in the poll set that are needed no more.
  private var unneeded: [Int] = []

  fileprivate struct Speaker {
    let pipe: SharedDescriptor
    var tail = SharedBytes()
    var place: Int?
    var isOver = false
  }

  /// How much is kept.
  private static let tailLength = 4096
  /// How much of it is told.
  private static let longestText = 1000
  private static let readLength = 16 << 10
  /// As often as it takes to empty a pipe: whoever writes all the time keeps nobody else waiting.
  private static let mostReads = 4

  init(isKept: Bool) { self.isKept = isKept }

  /// What a worker is to write to; `nil` where it writes to standard error itself.
  func pipe() -> PipeEnds? {
    guard isKept, let pipe = try? Pipe() else { return nil }
    return pipe.ends()
  }

  // MARK: In the worker

  /// Has the calling process, which is a worker's, write there.
  func become(_ pipe: consuming PipeEnds?) {
    speakers = [:]
    guard var pipe, let writing = pipe.writing.take() else { return }
    // Without it the worker's words go where ours do, and nobody keeps the last of them.
    try? Descriptor.becomeStandardError(writing.number)
  }

  // MARK: In the server

  func listen(to pipe: consuming PipeEnds?, _ slot: Int32) {
    guard var pipe, let reading = pipe.reading.take() else { return }
    try? Descriptor.setNonblocking(pipe: reading.number)
    speakers[slot] = Speaker(pipe: SharedDescriptor(taking: reading.release()))
  }

  func watch(_ poll: inout PollSet) {
    for place in unneeded { poll.remove(place) }
    unneeded = []
    for (slot, speaker) in speakers where speaker.place == nil && !speaker.isOver {
      speakers[slot]?.place = poll.add(speaker.pipe.number, .readable)
    }
  }

  func passOn(_ poll: borrowing PollSet) {
    for (slot, speaker) in speakers {
      if let place = speaker.place, !poll.ready(place).isEmpty { passOn(slot) }
    }
  }

  /// Passes on what those have written that have ended.
  func passOnAll() { for slot in speakers.keys { passOn(slot) } }

  /// Passes on what there is.
  private func passOn(_ slot: Int32) {
    guard let speaker = speakers[slot] else { return }
    var buffer = ByteBuffer(capacity: Self.readLength)
    for _ in 0..<Self.mostReads {
      guard
        let count = try? Descriptor.read(
          speaker.pipe.number, into: &buffer, limit: Self.readLength)
      else { return }
      if count == 0 { return drop(slot) }
      try? Descriptor.writeAll(Descriptor.standardError, buffer.view)
      speakers[slot]?.add(buffer.view, keeping: Self.tailLength)
      buffer.removeAll()
    }
  }

  /// Nobody holds its other end any more: it would be found ready again and again.
  private func drop(_ slot: Int32) {
    if let place = speakers[slot]?.place { unneeded.append(place) }
    speakers[slot]?.place = nil
    speakers[slot]?.isOver = true
  }

  /// The last that a worker wrote which has ended, in a line or a few.
  func last(of slot: Int32) -> String? {
    passOn(slot)
    guard let speaker = speakers.removeValue(forKey: slot) else { return nil }
    if let place = speaker.place { unneeded.append(place) }
    return Self.essence(of: speaker.tail.bytes.text)
  }

  /// What matters of it: the message of a runtime error, where there is one, else the last lines.
  static func essence(of text: String) -> String? {
    let lines = text.split(separator: "\n").map(String.init)
    guard var words = lines.last(where: { $0.contains("Fatal error") }) else {
      let last = lines.suffix(3).joined(separator: "\n")
      return last.isEmpty ? nil : String(last.suffix(longestText))
    }
    // In front of it stands in which file of the library it was noticed.
    if let start = words.range(ofText: "Fatal error") { words = String(words[start...]) }
    return String(words.prefix(longestText))
  }
}

extension LastWords.Speaker {
  fileprivate mutating func add(_ bytes: ByteView, keeping limit: Int) {
    var kept = ByteBuffer(capacity: limit)
    kept.append(tail.bytes)
    kept.append(bytes.slice(max(0, bytes.count - limit)))
    if kept.count > limit { kept.removeFirst(kept.count - limit) }
    tail = SharedBytes(copying: kept.view)
  }
}

extension String {
  fileprivate func range(ofText text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}
