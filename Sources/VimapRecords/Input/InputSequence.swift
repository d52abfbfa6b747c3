import VimapCheckpoint
import VimapKit
import VimapSystem

/// The inputs of a run: opens them one after the other, and reads from the one that is open.
final class InputSequence {
  /// Called for every input that cannot be read, or not to its end.
  var onProblem: (InputProblem) -> Void = { _ in }
  /// Called for every input that is opened.
  var onOpen: () -> Void = {}
  /// Called if an input is not the one that an earlier run has read. Nothing more is read then.
  var onChange: (InputDifference) -> Void = { _ in }

  private let files: [InputFile]
  private let mode: InputMode
  private let encoding: TextEncoding?
  /// Where it is written down what was read.
  private let log: RunLog?
  /// What earlier runs have read.
  private let known: [JobState.Input]
  private lazy var sizes = InputSizes(files)

  private var input: OpenInput?
  /// The number of the input that was opened last; -1 before the first.
  private(set) var index = -1
  /// Whether the open input has been read to its end, or as far as that is possible.
  private(set) var isAtEnd = false
  /// The error that ended the open input early. How its last line goes on is then not known.
  private(set) var tornBy: SystemError?
  /// With a log, an input could not be read, or has changed. The numbers of further records would
  /// not be what they are otherwise, so nothing more is read.
  private(set) var isBroken = false
  /// The bytes read from all inputs.
  private(set) var bytesRead = 0
  /// The number of lines with gaps in inputs that are done.
  private var gapsBefore = 0

  /// - Parameters:
  ///   - encoding: the encoding of the inputs, if it is not UTF-8.
  ///   - log: if given, is told what is read.
  ///   - known: what earlier runs have read.
  init(
    _ files: [InputFile], _ mode: InputMode, _ encoding: TextEncoding?, log: RunLog?,
    known: [JobState.Input]
  ) {
    self.files = files
    self.mode = mode
    self.encoding = encoding
    self.log = log
    self.known = known
  }

  var isOpen: Bool { input != nil }

  /// Whether there is no input after the one that was opened last.
  var isLast: Bool { index + 1 >= files.count }

  /// Readable when the open input has more.
  var waitDescriptor: CInt? { input?.descriptor }

  /// The number of lines with bytes that are not text in the input's encoding.
  var linesWithGaps: Int { gapsBefore + (input?.linesWithGaps ?? 0) }

  /// The bytes of text that are read and not handed out yet.
  var textLeft: Int { input?.textLeft ?? 0 }

  /// The bytes of all inputs, if known.
  var totalBytes: Int? {
    let ahead = input.flatMap { Descriptor.bytesAhead($0.descriptor) } ?? 0
    return sizes.total(read: bytesRead, file: index, ahead: ahead)
  }

  /// The name of an input, for messages; `nil` if there is none with this number.
  func name(of file: Int) -> String? { files.indices.contains(file) ? files[file].name : nil }

  // MARK: What happens

  func openNext() {
    index += 1
    isAtEnd = false
    tornBy = nil
    do throws(SystemError) {
      let decoder = try encoding.map { (encoding) throws(SystemError) in
        try InputDecoder(encoding, separator: mode.separator)
      }
      let check =
        known.indices.contains(index)
        ? InputCheck(known[index], separator: mode.separator) : nil
      input = try OpenInput.open(files[index], decoder, check) { [log, index] in
        log?.read(index, $0)
      }
      onOpen()
    } catch {
      report(error, isUnreadable: true)
    }
  }

  /// Reads once. Returns 0 if the input is at its end, and `nil` if the read would have to wait.
  func read(to memory: SharedMemory, at start: Int, limit: Int) -> Int? {
    guard let input else { return nil }
    do throws(SystemError) {
      let count = try input.read(to: memory, at: start, limit: limit, counting: &bytesRead)
      if let difference = input.difference {
        isBroken = true
        onChange(difference)
      }
      if count == 0 {
        isAtEnd = true
        log?.end(index)
      }
      return count
    } catch {
      report(error, isUnreadable: error.code == .isDirectory)
      tornBy = error
      isAtEnd = true
      return 0
    }
  }

  /// Closes the open input.
  func close() {
    gapsBefore += input?.linesWithGaps ?? 0
    input = nil
  }

  private func report(_ error: SystemError, isUnreadable: Bool) {
    isBroken = log != nil
    onProblem(InputProblem(name: files[index].name, error: error, isUnreadable: isUnreadable))
  }
}
