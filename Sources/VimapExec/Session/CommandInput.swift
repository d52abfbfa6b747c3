import VimapBytes
import VimapSystem

/// What one command is given to read, and how that ends.
final class CommandInput {
  private enum End {
    /// There is none yet.
    case open
    /// The command was told of it.
    case told
    /// The command stopped answering before it was told. It is told behind the record that is being
    /// written.
    case outlived
  }

  private let process: CommandProcess
  private var end = End.open
  /// What it was given and has not been written yet.
  private var unwritten = ByteView.empty
  /// What it was given last, of which that is the end.
  private var given = ByteView.empty
  /// What it was given and will never read.
  private var lost = ByteView.empty
  /// How many bytes it was given.
  private var givenBytes = 0
  private var hasReader = true
  /// The command left, or closed its input, before all it was given was written.
  private var isRefused = false

  init(of process: CommandProcess) {
    self.process = process
  }

  var isOpen: Bool { process.isInputOpen }
  var isWritten: Bool { unwritten.isEmpty }
  /// The command has all it was given, and may be given more.
  var isIdle: Bool { isOpen && isWritten }
  /// What it was given and does not have. No line that it prints can answer a record of which this
  /// is a part.
  var missing: ByteView { isWritten ? lost : unwritten }
  /// Bytes that the command was given and has not read.
  var unreadBytes: Int { process.unreadInput + unwritten.count }
  /// It has read none of the bytes it was given.
  var isUntouched: Bool { unreadBytes >= givenBytes }
  /// Some of what the command was given it has not read, or never will.
  var hasUnread: Bool { isRefused || unreadBytes > 0 }
  /// The command stopped because it was told of the end, as far as is known.
  var wasEndedByUs: Bool { !isOpen && end != .outlived }

  /// What to watch the pipe for.
  var interest: Readiness {
    guard isOpen, process.isRunning else { return [] }
    return !isWritten ? .writable : hasReader ? .broken : []
  }

  func give(_ bytes: ByteView) {
    assert(isOpen && isWritten && end == .open)
    unwritten = bytes
    given = bytes
    givenBytes += bytes.count
  }

  enum WriteOutcome { case all, pipeIsFull, refused }

  /// Writes what the pipe takes.
  func write() throws(SystemError) -> WriteOutcome {
    assert(isOpen)
    do throws(SystemError) {
      while !isWritten {
        guard let count = try Descriptor.write(process.input, unwritten) else {
          return .pipeIsFull
        }
        unwritten = unwritten.slice(count)
      }
      return .all
    } catch {
      guard error.code == .brokenPipe else { throw error }
      refuse()
      return .refused
    }
  }

  /// The pipe has no reader.
  /// - Returns: whether the command was given something that it has not read. One that has read all
  ///   may take its time over it.
  func noteBroken() -> Bool {
    hasReader = false
    let unread = process.unreadInput
    guard unread > 0 else { return false }
    refuse(unread: unread)
    return true
  }

  /// - Parameter unread: how many bytes that were written nobody will read.
  private func refuse(unread: Int = 0) {
    lost = given.slice(max(0, given.count - unwritten.count - unread))
    unwritten = .empty
    isRefused = true
    close()
  }

  /// Tells the command of the end.
  func close() {
    // The command would take half a record for a whole one.
    assert(isWritten)
    guard isOpen else { return }
    if end == .open { end = .told }
    process.closeInput()
  }

  /// The command stopped answering, and is given no more.
  func outlive() {
    if isOpen { end = .outlived }
    closeIfOutlived()
  }

  func closeIfOutlived() {
    if end == .outlived, isWritten { close() }
  }

  /// Gives up what is not written yet. Behind half a record the input stays open.
  func abandon() {
    if isWritten { close() } else { unwritten = .empty }
  }
}
