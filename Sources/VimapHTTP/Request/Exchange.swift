import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// A place for one request at a time: its parts, its handle, and its records.
final class Exchange {
  /// Its number among the worker's exchanges.
  let tag: Int
  let handle: EasyHandle
  let headers: HeaderList
  /// The URL and the body, if they are made from the record.
  var url = ByteBuffer(capacity: 256)
  var body = ByteBuffer(capacity: 256)
  /// The places in the URL where placeholders were filled with nothing.
  var emptyPlaces: [Int] = []
  /// The body that is sent: ``body``, or a part of the record.
  var sent = ByteView.empty

  /// The records that the answer is for: one, or those of a batch.
  private(set) var records: [(work: Work, record: Int)] = []
  /// How many of these records have been answered.
  var answered = 0
  /// The index of the URL that it goes to.
  var server = 0
  var begun: Nanoseconds = 0
  /// The request is made, and no server can have seen anything of it.
  var isUnsent = false

  init(tag: Int, handle: EasyHandle, headers: HeaderList) {
    self.tag = tag
    self.handle = handle
    self.headers = headers
  }

  func add(_ record: Int, of work: Work) { records.append((work, record)) }

  func end() {
    records.removeAll(keepingCapacity: true)
    answered = 0
    isUnsent = false
  }
}
