import Glibc

/// What can be seen of the process a case runs in.
enum Surroundings {
  /// What threads of the runtime's wait with, from the first asynchronous wait on; no pool does.
  private static let runtimes = [
    "anon_inode:[eventpoll]", "anon_inode:[eventfd]", "anon_inode:[timerfd]",
  ]

  /// Open descriptors, with what each is open on.
  static func descriptors() -> [Int: String] {
    var found: [Int: String] = [:]
    // More than any case has at once; one that leaves some behind leaves some of the first.
    for number in 0..<4096 {
      var name = [CChar](repeating: 0, count: 256)
      let length = readlink("/proc/self/fd/\(number)", &name, name.count)
      guard length > 0 else { continue }
      let text = String(decoding: name[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if !runtimes.contains(text) { found[number] = text }
    }
    return found
  }

  /// Descriptors that are open on something else than before. One that was inherited may be of a file
  /// that somebody else has removed meanwhile, and then it has this behind its name (proc(5)).
  static func descriptors(but before: [Int: String]) -> [Int: String] {
    descriptors().filter { now in
      guard let then = before[now.key] else { return true }
      return now.value != then && now.value != then + " (deleted)"
    }
  }

  /// Does something while this process can open so many files more.
  static func withDescriptorsLeft<Result>(
    _ count: Int, _ body: () throws -> Result
  ) throws -> Result {
    var limit = rlimit()
    try expect("getrlimit", getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit), 0)
    var less = limit
    let free = open("/dev/null", O_RDONLY)
    close(free)
    less.rlim_cur = rlim_t(Int(free) + count)
    try expect("setrlimit", setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &less), 0)
    defer { _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
    return try body()
  }

  /// A process that this one has forked and that has not ended; 0 where it is not known which.
  static func anyChild() -> pid_t? {
    var status: CInt = 0
    var child: pid_t = 0
    repeat { child = waitpid(-1, &status, WNOHANG) } while child > 0
    return child < 0 ? nil : child
  }

  /// Processes that this one has forked; for a process with one thread.
  static func children() -> [pid_t] {
    text(of: "/proc/self/task/\(getpid())/children").split(separator: " ").compactMap { pid_t($0) }
  }

  /// Whether a process has ended and nobody has taken its status.
  static func isZombie(_ process: pid_t) -> Bool {
    text(of: "/proc/\(process)/stat").contains(") Z ")
  }

  /// How many threads this process has.
  static func threads() -> Int {
    var facts = stat()
    return stat("/proc/self/task", &facts) == 0 ? Int(facts.st_nlink) - 2 : 0
  }

  static var process: pid_t { getpid() }

  /// Does nothing for a long time.
  static func sleep() { Glibc.sleep(3600) }

  /// Ends this process at once.
  static func leave(status: CInt) { _exit(status) }

  /// Memory this process has to itself, in bytes.
  static func memory() -> Int {
    let pages = text(of: "/proc/self/statm").split(separator: " ").compactMap { Int($0) }
    guard pages.count > 2 else { return 0 }
    // What is shared with workers belongs to the pool, and is bounded by its slabs.
    return (pages[1] - pages[2]) * sysconf(CInt(_SC_PAGESIZE))
  }

  /// Asks again and again, for two seconds at most, until `holds` does.
  static func eventually<Value>(_ ask: () -> Value, _ holds: (Value) -> Bool) -> Value {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(2)
    while true {
      let value = ask()
      if holds(value) || clock.now > end { return value }
      sched_yield()
    }
  }

  static func write(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try expect(descriptor >= 0, "\(path) cannot be written")
    let bytes = Array(text.utf8)
    try expect("bytes written", Glibc.write(descriptor, bytes, bytes.count), bytes.count)
    close(descriptor)
  }

  static func remove(_ path: String) { unlink(path) }

  private static func text(of file: String) -> String {
    let descriptor = open(file, O_RDONLY)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
