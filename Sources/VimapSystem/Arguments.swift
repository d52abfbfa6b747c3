import CVimapSystem
import Glibc
import VimapBytes

extension SystemProcess {
  /// What the program was called with, its name first, in texts of the system
  /// (``Swift/String/init(system:)``).
  ///
  /// Swift's own `CommandLine.arguments` has what is not UTF-8 replaced, and nothing in it where
  /// there is no /proc.
  public static var arguments: [String] {
    (0..<vimap_argument_count()).compactMap { number in
      vimap_argument(number).map { String(system: $0) }
    }
  }

  /// Writes stars over parts of each argument that ends with a text, as `ps` and /proc/PID/cmdline
  /// show it. What stands behind `--` is left alone.
  /// - Parameters:
  ///   - text: an option's value; it may be joined to the option.
  ///   - secrets: the bytes of it that nobody is to see.
  public static func coverArguments(endingWith text: String, secrets: [Range<Int>]) {
    text.withSystemBytes { text in
      for number in 1..<max(1, vimap_argument_count()) {
        guard let pointer = vimap_argument(number) else { continue }
        let argument = ByteView(start: pointer, count: strlen(pointer))
        if argument == ByteView("--") { return }
        let before = argument.count - text.count
        guard before >= 0, argument.slice(before) == text else { continue }
        for secret in secrets {
          vimap_cover_argument(number, before + secret.lowerBound, secret.count)
        }
      }
    }
  }

  /// Sees to it that what this process, and those it forks, have in their memory gets into no core
  /// dump, and that only root can look into it. Commands that are started are as ever.
  public static func forbidDumps() { _ = vimap_forbid_dumps() }
}
