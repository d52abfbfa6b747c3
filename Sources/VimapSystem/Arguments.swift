import CVimapSystem
import Glibc
import VimapBytes

extension SystemProcess {
  /// The program's arguments, with its name first, as system texts
  /// (``Swift/String/init(system:)``).
  ///
  /// Swift's own `CommandLine.arguments` replaces what is not UTF-8, and is empty if there is no
  /// /proc.
  public static var arguments: [String] {
    (0..<vimap_argument_count()).compactMap { number in
      vimap_argument(number).map { String(system: $0) }
    }
  }

  /// Overwrites parts of each argument that ends with a text with stars, as `ps` and
  /// /proc/PID/cmdline show the argument. Arguments after `--` are left alone.
  /// - Parameters:
  ///   - text: an option's value; it may be joined to the option.
  ///   - secrets: the ranges of bytes in it that nobody may see.
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

  /// Keeps the memory of this process, and of those that it forks, out of core dumps, and lets only
  /// root look into it. Commands that are started are not affected.
  public static func forbidDumps() { _ = vimap_forbid_dumps() }
}
