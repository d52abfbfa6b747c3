import CVimapSystem
import Glibc

/// What a program that draws on a terminal has to know of it. Every descriptor is somebody else's.
public enum Terminal {
  /// How many columns it has; `nil` where it does not say, and for what is no terminal.
  public static func columns(_ descriptor: CInt) -> Int? {
    let columns = vimap_terminal_columns(descriptor)
    return columns > 0 ? Int(columns) : nil
  }

  /// Whether two descriptors are of one terminal, under whatever names they were opened.
  public static func isSame(_ one: CInt, _ other: CInt) -> Bool {
    var devices: (one: UInt32, other: UInt32) = (0, 0)
    return vimap_terminal_device(one, &devices.one) == 0
      && vimap_terminal_device(other, &devices.other) == 0 && devices.one == devices.other
  }

  /// Whether the terminal is another job's at the moment: this program runs in its background.
  public static func isElsewhere(_ descriptor: CInt) -> Bool {
    let group = tcgetpgrp(descriptor)
    return group > 0 && group != getpgrp()
  }
}
