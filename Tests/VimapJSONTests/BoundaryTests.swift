import Glibc
import Testing
import VimapBytes

@testable import VimapJSON

/// Bytes that end where the process's memory does: a read past them ends the test run.
private final class EdgeOfMemory {
  private let pages: UnsafeMutableRawPointer
  private let size: Int

  init?() {
    size = Int(sysconf(Int32(_SC_PAGESIZE)))
    let mapped = mmap(
      nil, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { return nil }
    pages = mapped
    guard mprotect(pages + size, size, PROT_NONE) == 0 else { return nil }
  }

  deinit { munmap(pages, 2 * size) }

  func view(of bytes: some Collection<UInt8>) -> ByteView {
    precondition(bytes.count <= size)
    let start = pages + size - bytes.count
    UnsafeMutableRawBufferPointer(start: start, count: bytes.count).copyBytes(from: bytes)
    return ByteView(start: start, count: bytes.count)
  }
}

@Suite("Nothing is read past the end")
struct BoundaryTests {
  private let samples =
    Corpus.everything + [post]
    + [#"[12345678.12345678e+12345678,true]"#, #"["\ud83d\ude00\ud83d\ude00"]"#].map {
      Bytes($0.utf8)
    }

  /// Every text cut at every length gets the verdict that it gets in the middle of memory.
  @Test func scanner() throws {
    let scanner = RecordScanner()
    let edge = try #require(EdgeOfMemory())
    for sample in samples {
      for length in 0...sample.count {
        let cut = sample.prefix(length)
        let atEdge = scanner.accepts(edge.view(of: cut))
        // What follows in memory here is the rest of the sample.
        let amidst = withView(sample) { scanner.accepts($0.head(length)) }
        #expect(atEdge == amidst, "\(shown(Bytes(cut)))")
      }
    }
  }

  @Test func problem() throws {
    let scanner = RecordScanner()
    let edge = try #require(EdgeOfMemory())
    for sample in samples {
      for length in 0...sample.count {
        let cut = Bytes(sample.prefix(length))
        let atEdge = scanner.problem(with: edge.view(of: cut))
        #expect(atEdge == withView(cut) { scanner.problem(with: $0) })
      }
    }
  }

  @Test func stringsThatAreWritten() throws {
    let edge = try #require(EdgeOfMemory())
    for sample in samples {
      for length in 0...sample.count {
        let cut = Bytes(sample.prefix(length))
        var atEdge = ByteBuffer()
        atEdge.appendString(of: edge.view(of: cut))
        var amidst = ByteBuffer()
        _ = withView(sample) { amidst.appendString(of: $0.head(length)) }
        #expect(atEdge.view == amidst.view, "\(shown(cut))")
      }
    }
  }

  @Test func percentEncoding() throws {
    let edge = try #require(EdgeOfMemory())
    for text in ["%", "%4", "%41", "a%", "a%4", "%%%", "/?%2F"] {
      for keepsReserved in [true, false] {
        var atEdge = ByteBuffer()
        atEdge.appendPercentEncoded(edge.view(of: text.utf8), keepsReserved: keepsReserved)
        #expect(atEdge.count >= text.utf8.count)
      }
    }
  }
}
