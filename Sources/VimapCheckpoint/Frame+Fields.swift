import VimapBytes

// How each kind of frame is written in fields, and read again.

extension JobHeader {
  func append(to buffer: inout ByteBuffer) {
    buffer.append(word: identity)
    buffer.append(field: time)
    buffer.append(field: output)
    buffer.append(field: failed == nil ? 0 : 1)
    buffer.append(field: failed ?? "")
    buffer.append(field: fingerprint.count)
    for setting in fingerprint {
      buffer.append(field: setting.name)
      buffer.append(field: setting.value)
    }
  }

  init?(_ fields: inout FieldReader) {
    guard let identity = fields.word(), let time = fields.number(), let output = fields.text(),
      let hasFailed = fields.number(), let failed = fields.text(), let count = fields.count()
    else { return nil }
    var settings: [Setting] = []
    for _ in 0..<count {
      guard let name = fields.text(), let value = fields.text() else { return nil }
      settings.append(Setting(name, value))
    }
    self.init(
      identity: identity, fingerprint: settings, output: output,
      failed: hasFailed == 1 ? failed : nil, time: time)
  }
}

extension Session {
  func append(to buffer: inout ByteBuffer) {
    buffer.append(field: process)
    buffer.append(field: time)
    buffer.append(field: boot)
    buffer.append(field: command.count)
    for word in command { buffer.append(field: word) }
  }

  init?(_ fields: inout FieldReader) {
    guard let process = fields.number(), let time = fields.number(), let boot = fields.text(),
      let count = fields.count()
    else { return nil }
    var command: [String] = []
    for _ in 0..<count {
      guard let word = fields.text() else { return nil }
      command.append(word)
    }
    self.init(process: process, boot: boot, time: time, command: command)
  }
}

extension JobState.Ending {
  func append(to buffer: inout ByteBuffer) {
    buffer.append(field: isFinished ? 1 : 0)
    buffer.append(field: status)
    buffer.append(field: time)
  }

  init?(_ fields: inout FieldReader) {
    guard let isFinished = fields.number(), let status = fields.number(),
      let time = fields.number()
    else { return nil }
    self.init(isFinished: isFinished == 1, status: status, time: time)
  }
}

extension StreamChange {
  func append(to buffer: inout ByteBuffer) {
    buffer.append(field: bytes)
    guard bytes > 0 else { return }
    buffer.append(words: blocks)
    buffer.append(word: partial)
  }

  /// - Parameter partial: the checksum where nothing has changed.
  init?(_ fields: inout FieldReader) {
    guard let bytes = fields.number() else { return nil }
    guard bytes > 0 else {
      self.init(bytes: 0, blocks: [], partial: 0)
      return
    }
    guard let blocks = fields.words(), let partial = fields.word() else { return nil }
    self.init(bytes: bytes, blocks: blocks, partial: partial)
  }
}

extension StreamMark {
  func append(to buffer: inout ByteBuffer) {
    buffer.append(field: length)
    buffer.append(words: blocks)
    buffer.append(word: partial)
  }

  init?(_ fields: inout FieldReader) {
    guard let length = fields.number(), let blocks = fields.words(), let partial = fields.word(),
      blocks.count == length / StreamMark.blockSize
    else { return nil }
    self.init(length: length, blocks: blocks, partial: partial)
  }
}

extension [String: Int] {
  fileprivate func append(to buffer: inout ByteBuffer) {
    buffer.append(field: count)
    for (name, value) in sorted(by: { $0.key < $1.key }) {
      buffer.append(field: name)
      buffer.append(signedField: value)
    }
  }

  fileprivate init?(_ fields: inout FieldReader) {
    self.init()
    guard let count = fields.count() else { return nil }
    for _ in 0..<count {
      guard let name = fields.text(), let value = fields.signedNumber() else { return nil }
      self[name] = value
    }
  }
}

extension Progress {
  func append(to buffer: inout ByteBuffer) {
    buffer.append(field: durable)
    buffer.append(field: ahead.output)
    buffer.append(field: ahead.failed)
    output.append(to: &buffer)
    failed.append(to: &buffer)
    buffer.append(field: entries.count)
    var last = 0
    for entry in entries {
      buffer.append(signedField: entry.records.lowerBound - last)
      let kind = (entry.isException ? 1 : 0) | (entry.hasLines ? 2 : 0)
      buffer.append(field: entry.records.count << 2 | kind)
      last = entry.records.upperBound
    }
    buffer.append(field: inputs.count)
    for input in inputs {
      buffer.append(field: input.file << 1 | (input.isAtEnd ? 1 : 0))
      input.change.append(to: &buffer)
    }
    totals.append(to: &buffer)
  }

  init?(_ fields: inout FieldReader) {
    guard let durable = fields.number(), let aheadOutput = fields.number(),
      let aheadFailed = fields.number(), let output = StreamChange(&fields),
      let failed = StreamChange(&fields), let count = fields.count()
    else { return nil }
    self.init(durable: durable, output: output, failed: failed)
    ahead = Ahead(output: aheadOutput, failed: aheadFailed)
    var last = 0
    for _ in 0..<count {
      guard let gap = fields.signedNumber(), let size = fields.number(),
        let records = Range(from: last, gap: gap, count: size >> 2)
      else { return nil }
      entries.append(
        Entry(records: records, isException: size & 1 == 1, hasLines: size & 2 == 2))
      last = records.upperBound
    }
    guard let inputCount = fields.count() else { return nil }
    for _ in 0..<inputCount {
      guard let file = fields.number(), file < 1 << 24, let change = StreamChange(&fields)
      else { return nil }
      inputs.append(InputChange(file: file >> 1, change: change, isAtEnd: file & 1 == 1))
    }
    guard let totals = [String: Int](&fields) else { return nil }
    self.totals = totals
  }
}

extension JobState {
  func append(to buffer: inout ByteBuffer) {
    output.append(to: &buffer)
    failed.append(to: &buffer)
    buffer.append(field: outputLines)
    buffer.append(field: done)
    buffer.append(field: exceptions)
    buffer.append(field: exceptionLines)
    buffer.append(field: inputs.count)
    for input in inputs {
      buffer.append(field: input.isAtEnd ? 1 : 0)
      input.mark.append(to: &buffer)
    }
    totals.append(to: &buffer)
    buffer.append(field: order == nil ? 0 : 1)
    if let order {
      buffer.append(field: order.records)
      buffer.append(field: order.lines)
    }
  }

  init?(_ fields: inout FieldReader, _ sequence: Int) {
    guard let output = StreamMark(&fields), let failed = StreamMark(&fields),
      let outputLines = fields.number(), let done = fields.recordSet(),
      let exceptions = fields.recordSet(), let exceptionLines = fields.recordSet(),
      let count = fields.count()
    else { return nil }
    self.init()
    for _ in 0..<count {
      guard let isAtEnd = fields.number(), let mark = StreamMark(&fields) else { return nil }
      inputs.append(Input(mark: mark, isAtEnd: isAtEnd == 1))
    }
    guard let totals = [String: Int](&fields), let hasOrder = fields.number() else { return nil }
    if hasOrder == 1 {
      guard let records = fields.recordSet(), let lines = fields.number() else { return nil }
      order = PendingOrder(records: records, lines: lines)
    }
    self.totals = totals
    self.output = output
    self.failed = failed
    self.outputLines = outputLines
    self.done = done
    self.exceptions = exceptions
    self.exceptionLines = exceptionLines
    self.sequence = sequence
  }
}
