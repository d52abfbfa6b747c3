import VimapBytes
import VimapKit

/// What `meta` says about a record.
struct TupleMeta {
  var index: Int
  var file: Int
  var line: Int
  var attempts: Int
  var seconds: Double
  /// The worker that had it; `nil` if none had it.
  var worker: Int?
}

/// Puts results together from their parts, in a pool's format.
final class TupleEncoder {
  let withMeta: Bool
  private let outputFrame: TupleFormat.Frame
  private let exceptionFrame: TupleFormat.Frame
  /// The names of the inputs as JSON strings.
  private let fileNames: [SharedBytes]
  /// The size of all parts that do not depend on the record, in bytes; see ``size(input:output:)``.
  private let overhead: Int
  private var metaText = ByteBuffer()

  init(format: TupleFormat, withMeta: Bool, fileNames: [String]) {
    self.withMeta = withMeta && format.carriesMeta
    self.outputFrame = format.outputFrame(meta: self.withMeta)
    self.exceptionFrame = format.exceptionFrame(meta: self.withMeta)
    self.fileNames = fileNames.map(SharedBytes.init(jsonString:))
    // 160 bytes are enough for the names and numbers of `meta`.
    let meta = self.withMeta ? 160 + (self.fileNames.map(\.bytes.count).max() ?? 0) : 0
    overhead = meta + max(outputFrame.size, exceptionFrame.size)
  }

  /// An upper bound of a tuple's size.
  fileprivate func size(input: Int, output: Int) -> Int { overhead + input + output }

  /// Writes many tuples of outputs in a row; `nil` if each of them has `meta`.
  var row: TupleRow? {
    withMeta ? nil : TupleRow(frame: outputFrame)
  }

  /// Moves the mark of an exception to where the exception is in its tuple.
  /// - Parameters:
  ///   - mark: the mark within the exception.
  ///   - input: the length of the input that is written beside it.
  func mark(_ mark: FailureMark, input: Int) -> FailureMark {
    let frame = exceptionFrame
    return mark.moved(
      by: frame.hasInput ? frame.beforeInput.count + input + frame.beforeOutput.count : 0)
  }

  /// Passes the tuple's parts to `write`, in order.
  func encode<Failure: Error>(
    input: ByteView, output: ByteView, isException: Bool, meta: TupleMeta?,
    write: (ByteView) throws(Failure) -> Void
  ) throws(Failure) {
    let frame = isException ? exceptionFrame : outputFrame
    if frame.isEmpty { return }
    if frame.hasInput {
      try write(frame.beforeInput)
      try write(input)
      try write(frame.beforeOutput)
    }
    try write(output)
    if let meta, withMeta {
      try write(frame.beforeMeta)
      put(meta)
      try write(metaText.view)
    }
    try write(frame.end)
  }

  private func put(_ meta: TupleMeta) {
    metaText.removeAll()
    metaText.append("{\"index\":")
    metaText.append(decimal: meta.index)
    metaText.append(",\"file\":")
    metaText.append(fileNames[meta.file].bytes)
    metaText.append(",\"line\":")
    metaText.append(decimal: meta.line)
    metaText.append(",\"worker\":")
    if let worker = meta.worker {
      metaText.append(decimal: worker)
    } else {
      metaText.append("null")
    }
    metaText.append(",\"attempts\":")
    metaText.append(decimal: meta.attempts)
    metaText.append(",\"seconds\":")
    metaText.append(microseconds: meta.seconds)
    metaText.append("}")
  }
}

/// A result that is put together from its parts as it is written.
struct TupleAnswer: ResultBody {
  let encoder: TupleEncoder
  var input: ByteView
  var output: ByteView
  var isException = false
  var meta: TupleMeta?

  var sizeLimit: Int { encoder.size(input: input.count, output: output.count) }

  func write<Failure: Error>(_ put: (ByteView) throws(Failure) -> Void) throws(Failure) {
    try encoder.encode(
      input: input, output: output, isException: isException, meta: meta, write: put)
  }
}

extension SharedBytes {
  /// A text as a JSON string.
  fileprivate convenience init(jsonString text: String) {
    var raw = ByteBuffer(capacity: 64)
    raw.append(system: text)
    var json = ByteBuffer(capacity: 64)
    json.appendString(of: raw.view)
    self.init(copying: json.view)
  }
}

extension ByteBuffer {
  /// Seconds with six decimals.
  fileprivate mutating func append(microseconds seconds: Double) {
    let total = max(0, Int(saturating: seconds * 1e6))
    append(decimal: total / 1_000_000)
    append(UInt8(ascii: "."))
    let fraction = total % 1_000_000
    var unit = 100_000
    while unit > 0 {
      append(UInt8(ascii: "0") + UInt8(fraction / unit % 10))
      unit /= 10
    }
  }
}
