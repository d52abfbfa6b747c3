import VimapBytes

/// One piece of a journal: written at once, and known to be whole by its checksum.
enum Frame: Equatable {
  /// What the job is; the first of every file.
  case header(JobHeader)
  /// A run begins, or goes on.
  case session(Session)
  /// What has happened since the frame before.
  case progress(Progress)
  /// All that has happened.
  case snapshot(JobState)
  /// The output may still be another one: that of this state. It stands behind a snapshot, and
  /// counts until the new output has its name.
  case replacing(JobState)
  /// A run has ended in good order, and nothing was written behind this.
  case ending(JobState.Ending)
  /// What follows stands on a last line without its end, and is to be taken back should that turn
  /// out to be longer.
  case provisional
}

/// A run of a job, of which there is one for each time that it was gone on with.
package struct Session: Equatable, Sendable {
  package var process: Int
  /// Tells one start of the machine from the next.
  package var boot: String
  /// Seconds since 1970.
  package var time: Int
  /// The words of the command line.
  package var command: [String]

  package init(process: Int, boot: String, time: Int, command: [String]) {
    self.process = process
    self.boot = boot
    self.time = time
    self.command = command
  }
}

/// What a job is: all that may not change while it is under way.
package struct JobHeader: Equatable, Sendable {
  /// Tells the job from every other.
  package var identity: UInt64
  /// The options that change results, by what people call them, and their values.
  package var fingerprint: [Setting]
  /// The names of the files that are written, as they were given.
  package var output: String
  package var failed: String?
  /// When it began: seconds since 1970.
  package var time: Int

  /// An option that changes results.
  package struct Setting: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(
    identity: UInt64, fingerprint: [Setting], output: String, failed: String?, time: Int
  ) {
    self.identity = identity
    self.fingerprint = fingerprint
    self.output = output
    self.failed = failed
    self.time = time
  }
}

extension Frame {
  private enum Kind: UInt8 {
    case header = 0x68, session = 0x73, progress = 0x70, snapshot = 0x61, ending = 0x65
    case provisional = 0x6C, replacing = 0x72
  }

  /// What every file begins with. It is for people as well, who may look into it.
  static let title: StaticString = "vimap checkpoint 1\n"
  /// What every file begins with, of whatever version.
  static let anyTitle: StaticString = "vimap checkpoint "
  /// Begins a frame. No UTF-8 has the first of these bytes.
  private static let marker: UInt32 = 0x9D6B_76FE
  /// The marker, the length of what follows, and its checksum.
  static let leadLength = 16

  /// Appends the frame.
  /// - Parameter identity: that of the job, so that frames of other files are not taken for ours.
  func append(to buffer: inout ByteBuffer, sequence: Int, identity: UInt64) {
    let start = buffer.count
    buffer.append(native: Self.marker.littleEndian)
    buffer.append(native: UInt32(0))
    buffer.append(word: 0)
    appendBody(to: &buffer, sequence)
    let length = UInt32(clamping: buffer.count - start - Self.leadLength)
    buffer.overwrite(length.littleEndian, at: start + 4)
    let body = buffer.view.slice(start + Self.leadLength)
    buffer.overwrite(Self.checksum(body, identity).littleEndian, at: start + 8)
  }

  private static func checksum(_ body: ByteView, _ identity: UInt64) -> UInt64 {
    var digest = Digest(seed: identity)
    digest.add(body)
    return digest.value
  }

  private func appendBody(to buffer: inout ByteBuffer, _ sequence: Int) {
    func begin(_ kind: Kind) {
      buffer.append(kind.rawValue)
      buffer.append(field: sequence)
    }
    switch self {
    case .header(let header):
      begin(.header)
      header.append(to: &buffer)
    case .session(let session):
      begin(.session)
      session.append(to: &buffer)
    case .progress(let progress):
      begin(.progress)
      progress.append(to: &buffer)
    case .snapshot(let state):
      begin(.snapshot)
      state.append(to: &buffer)
    case .replacing(let state):
      begin(.replacing)
      state.append(to: &buffer)
    case .ending(let ending):
      begin(.ending)
      ending.append(to: &buffer)
    case .provisional: begin(.provisional)
    }
  }

  /// A frame where it was found.
  struct Found {
    var frame: Frame
    var sequence: Int
    /// What it takes in the file.
    var length: Int
  }

  /// The frame at the front of some bytes; `nil` where there is none that is whole.
  /// - Parameter identity: that of the job; `nil` for the header, which is the one to say it.
  static func read(_ bytes: ByteView, identity: UInt64?) -> Found? {
    guard bytes.count > leadLength, bytes.word32(at: 0) == marker else { return nil }
    let length = Int(bytes.word32(at: 4))
    guard length > 0, length <= bytes.count - leadLength else { return nil }
    let body = bytes.slice(leadLength, length)
    guard bytes.word64(at: 8) == checksum(body, identity ?? 0) else { return nil }
    var fields = FieldReader(body)
    guard let kind = fields.byte().flatMap(Kind.init), let sequence = fields.number(),
      let frame = read(kind, &fields, sequence), fields.isAtEnd
    else { return nil }
    return Found(frame: frame, sequence: sequence, length: leadLength + length)
  }

  private static func read(_ kind: Kind, _ fields: inout FieldReader, _ sequence: Int) -> Frame? {
    switch kind {
    case .header: JobHeader(&fields).map(Frame.header)
    case .session: Session(&fields).map(Frame.session)
    case .progress: Progress(&fields).map(Frame.progress)
    case .snapshot: JobState(&fields, sequence).map(Frame.snapshot)
    case .replacing: JobState(&fields, sequence).map(Frame.replacing)
    case .ending: JobState.Ending(&fields).map(Frame.ending)
    case .provisional: .provisional
    }
  }

  /// Where the next place is that a frame could begin at.
  static func nextMarker(in bytes: ByteView, from offset: Int) -> Int? {
    var place = offset
    while let found = bytes.firstIndex(of: UInt8(marker & 0xFF), from: place) {
      if found + 4 <= bytes.count, bytes.word32(at: found) == marker { return found }
      place = found + 1
    }
    return nil
  }
}

extension ByteView {
  fileprivate func word32(at offset: Int) -> UInt32 {
    slice(offset, 4).withUnsafeBytes {
      UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))
    }
  }

  fileprivate func word64(at offset: Int) -> UInt64 {
    slice(offset, 8).withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
  }
}
