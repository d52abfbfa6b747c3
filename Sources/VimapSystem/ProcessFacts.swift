import Glibc
import VimapBytes

/// Some of what the kernel tells about a process or a thread (proc(5), /proc/PID/stat).
struct ProcessFacts {
  let group: ProcessID
  let residentBytes: Int
  /// It runs on a processor, waits for one, or waits for a disk.
  let isAtWork: Bool

  /// - Parameter folder: the folder of the process or thread.
  init?(_ folder: String) {
    var text = ByteBuffer()
    guard let file = try? Descriptor.open(reading: "\(folder)/stat"),
      let length = try? Descriptor.read(file.number, into: &text, limit: 2048), length > 0,
      // The name before the fields can contain anything, even parentheses.
      let nameEnd = text.view.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = text.view.slice(nameEnd + 1).text.split(separator: " ")
    // These are the fields `state` (3), `pgrp` (5), and `rss` (24, in pages). `fields` begins with
    // the 3rd.
    guard fields.count > 21, let group = ProcessID(fields[2]), let pages = Int(fields[21]) else {
      return nil
    }
    self.group = group
    residentBytes = pages * SystemProcess.pageSize
    isAtWork = fields[0] == "R" || fields[0] == "D"
  }

  /// Looks at all processes or threads with a folder in `parent`, until `body` returns false.
  static func forEach(in parent: String, _ body: (ProcessFacts) -> Bool) {
    guard let folder = opendir(parent) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { ByteView($0) }
      guard name[0].isDigit else { continue }
      let length = name.firstIndex(of: 0) ?? name.count
      // Any of them may have ended meanwhile.
      guard let facts = ProcessFacts("\(parent)/\(name.head(length).text)") else { continue }
      if !body(facts) { return }
    }
  }
}

extension SystemProcess {
  /// Whether a thread of a process, or of one that it has started, runs on a processor, waits for
  /// one, or waits for a disk; `false` if the kernel doesn't tell.
  public static func isAtWork(_ process: ProcessID) -> Bool {
    isAtWork(process, generations: 4)
  }

  private static func isAtWork(_ process: ProcessID, generations: Int) -> Bool {
    let tasks = "/proc/\(process)/task"
    var isAtWork = false
    ProcessFacts.forEach(in: tasks) { thread in
      isAtWork = thread.isAtWork
      return !isAtWork
    }
    if isAtWork || generations == 0 { return isAtWork }
    var children = ByteBuffer()
    guard let file = try? Descriptor.open(reading: "\(tasks)/\(process)/children"),
      (try? Descriptor.read(file.number, into: &children, limit: 1024)) != nil
    else { return false }
    return children.view.text.split(separator: " ").contains { child in
      ProcessID(child).map { Self.isAtWork($0, generations: generations - 1) } ?? false
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
