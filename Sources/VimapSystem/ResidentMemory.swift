import Glibc
import VimapBytes

/// How much memory processes have, as the kernel counts it (proc(5), /proc/PID/stat).
public enum ResidentMemory {
  /// The resident memory of all processes of a group, in bytes. What several of them share counts
  /// for each.
  public static func ofGroup(_ group: ProcessID) -> Int {
    guard let folder = opendir("/proc") else { return 0 }
    defer { closedir(folder) }
    var bytes = 0
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { ByteView($0) }
      guard name[0].isDigit else { continue }
      let length = name.firstIndex(of: 0) ?? name.count
      // Any of them can be gone by now.
      guard let facts = ProcessFacts(name.head(length).text), facts.group == group else { continue }
      bytes += facts.residentBytes
    }
    return bytes
  }

  /// Whether the kernel can be asked: there may be no /proc.
  public static var canBeKnown: Bool { ofThisProcess > 0 }

  /// The resident memory of the calling process, in bytes.
  public static var ofThisProcess: Int { ProcessFacts("self")?.residentBytes ?? 0 }
}

/// Of what the kernel tells about a process, the part that matters here.
private struct ProcessFacts {
  var group: ProcessID
  var residentBytes: Int

  init?(_ process: String) {
    var text = ByteBuffer()
    guard let file = try? Descriptor.open(reading: "/proc/\(process)/stat"),
      let length = try? Descriptor.read(file.number, into: &text, limit: 2048), length > 0,
      // The name before it can have anything in it.
      let nameEnd = text.view.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = text.view.slice(nameEnd + 1).text.split(separator: " ")
    // The fields `pgrp`, 5, and `rss`, 24, in pages; the first here is the 3rd.
    guard fields.count > 21, let group = ProcessID(fields[2]), let pages = Int(fields[21]) else {
      return nil
    }
    self.group = group
    residentBytes = pages * Process.pageSize
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
