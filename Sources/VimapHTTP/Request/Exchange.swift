import VimapBytes
import VimapKit

/// A place for one request at a time: what it is made of, its handle, and whom it is for.
final class Exchange {
  let handle: EasyHandle
  let headers: HeaderList
  /// The URL and the body, where they are made from the record.
  var url = ByteBuffer(capacity: 256)
  var body = ByteBuffer(capacity: 256)

  private(set) var work: Work?
  private(set) var record = 0

  init(handle: EasyHandle, headers: HeaderList) {
    self.handle = handle
    self.headers = headers
  }

  func begin(_ record: Int, of work: Work) {
    self.work = work
    self.record = record
  }

  func end() { work = nil }
}
