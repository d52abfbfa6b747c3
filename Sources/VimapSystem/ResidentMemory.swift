/// How much memory processes use, as the kernel counts it (proc(5), /proc/PID/stat).
public enum ResidentMemory {
  /// The resident memory of all processes of a group, in bytes. Memory that several of them share
  /// counts for each.
  public static func ofGroup(_ group: ProcessID) -> Int {
    var bytes = 0
    ProcessFacts.forEach(in: "/proc") { facts in
      if facts.group == group { bytes += facts.residentBytes }
      return true
    }
    return bytes
  }

  /// Whether the kernel can be asked. There may be no /proc.
  public static var canBeKnown: Bool { ofThisProcess > 0 }

  /// The resident memory of the calling process, in bytes.
  public static var ofThisProcess: Int { ProcessFacts("/proc/self")?.residentBytes ?? 0 }
}
