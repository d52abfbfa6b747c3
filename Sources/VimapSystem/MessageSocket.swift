import CVimapSystem
import Glibc
public import VimapBytes

/// One end of a connection that carries whole messages between two processes (unix(7),
/// SOCK_SEQPACKET). A message has a fixed header, some bytes of text, and maybe a descriptor.
public struct MessageSocket: ~Copyable {
  public let descriptor: OwnedDescriptor

  /// The longest text a message can carry, in bytes.
  public static let longestText = 8192

  /// How many times a message is sent again if the kernel lacks memory for it. That takes two
  /// seconds.
  private static let mostShortageTries = 1000

  /// One end of a connection that another process made and passed to this one.
  public init(_ descriptor: consuming OwnedDescriptor) {
    self.descriptor = descriptor
  }

  /// Two connected ends, closed on exec.
  public static func pair() throws(SystemError) -> MessageSocketPair {
    var ends: (ours: CInt, theirs: CInt) = (-1, -1)
    try systemCall("socketpair") { vimap_socket_pair(&ends.ours, &ends.theirs) }
    return MessageSocketPair(
      ours: MessageSocket(OwnedDescriptor(taking: ends.ours)),
      theirs: MessageSocket(OwnedDescriptor(taking: ends.theirs)))
  }

  /// Sends a message. Returns `false` if the other side takes no more for now and `waiting` is
  /// false.
  /// - Parameter attached: a descriptor to pass along, or -1. The sender keeps its own copy.
  public func send<Header: BitwiseCopyable>(
    _ header: Header, text: ByteView = .empty, attached: CInt = -1, waiting: Bool
  ) throws(SystemError) -> Bool {
    let text = text.head(Self.longestText)
    let size = MemoryLayout<Header>.size
    return try withUnsafeTemporaryAllocation(byteCount: size + text.count, alignment: 16) {
      (memory) throws(SystemError) in
      var triesLeft = Self.mostShortageTries
      memory.storeBytes(of: header, as: Header.self)
      text.withUnsafeBytes { memory.baseAddress.map { $0 + size }?.copyMemory($0) }
      while true {
        do throws(SystemError) {
          let sent = try systemCallUnlessWaiting("sendmsg") {
            vimap_send(
              descriptor.number, memory.baseAddress, memory.count, attached, waiting ? 0 : 1)
          }
          return sent != nil
        } catch {
          guard waiting else { throw error }
          switch error.code {
          // The user's processes have as many descriptors in transit as the system allows
          // (unix(7)). There is no event for when one of them has arrived.
          case .tooManyReferences: break
          // The kernel lacks memory for the message, and there is no event for when it has some.
          case .noBufferSpace, .noMemory:
            guard triesLeft > 0 else { throw error }
            triesLeft -= 1
          default: throw error
          }
          Clock.pause(milliseconds: 2)
        }
      }
    }
  }

  /// The result of a receive.
  public enum Arrival<Header: BitwiseCopyable>: ~Copyable {
    case message(Header, text: SharedBytes?, attached: OwnedDescriptor?)
    case nothingYet
    case ended
  }

  /// Receives one message.
  public func receive<Header: BitwiseCopyable>(
    _: Header.Type, waiting: Bool
  ) throws(SystemError) -> Arrival<Header> {
    let size = MemoryLayout<Header>.size
    return try withUnsafeTemporaryAllocation(
      byteCount: size + Self.longestText, alignment: 16
    ) { (memory) throws(SystemError) in
      var attached: CInt = -1
      var length: Int?
      // If a peer dies with unread messages of ours, a receive first fails once with a reset. After
      // that come the messages that the peer had sent, and then its end.
      var wasReset: Bool
      repeat {
        wasReset = false
        do throws(SystemError) {
          length = try systemCallUnlessWaiting("recvmsg") {
            vimap_receive(
              descriptor.number, memory.baseAddress, memory.count, &attached, waiting ? 0 : 1)
          }
        } catch {
          guard error.code == .connectionReset else { throw error }
          wasReset = true
        }
      } while wasReset
      guard let length else { return .nothingYet }
      let passed: OwnedDescriptor? = attached >= 0 ? OwnedDescriptor(taking: attached) : nil
      guard length >= size else { return .ended }
      let text = ByteView(UnsafeRawBufferPointer(rebasing: memory[size..<length]))
      return .message(
        memory.load(as: Header.self), text: text.isEmpty ? nil : SharedBytes(copying: text),
        attached: passed)
    }
  }
}

/// Both ends of a new connection.
public struct MessageSocketPair: ~Copyable {
  public var ours: MessageSocket?
  public var theirs: MessageSocket?
}

extension UnsafeMutableRawPointer {
  fileprivate func copyMemory(_ source: UnsafeRawBufferPointer) {
    if let address = source.baseAddress { copyMemory(from: address, byteCount: source.count) }
  }
}
