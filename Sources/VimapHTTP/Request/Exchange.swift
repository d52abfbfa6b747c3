import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// A place for one request at a time: what it is made of, its handle, and whom it is for.
final class Exchange {
  /// Its number among those of the worker.
  let tag: Int
  let handle: EasyHandle
  let headers: HeaderList
  /// The URL and the body, where they are made from the record.
  var url = ByteBuffer(capacity: 256)
  var body = ByteBuffer(capacity: 256)
  /// Where in the URL placeholders stand that came to nothing.
  var emptyPlaces: [Int] = []
  /// The body that is sent: that one, or a part of the record.
  var sent = ByteView.empty

  /// The records that the answer answers: one, or those of a batch.
  private(set) var records: [(work: Work, record: Int)] = []
  /// How many of them have been answered.
  var answered = 0
  /// Which of the URLs it goes to.
  var server = 0
  var begun: Nanoseconds = 0
  /// It is made, and no server can have seen anything of it.
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
