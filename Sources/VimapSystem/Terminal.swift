import CVimapSystem
import Glibc

/// What a program that draws on a terminal needs to know about it. All descriptors are lent.
public enum Terminal {
  /// The number of columns; `nil` if the terminal does not say, or this is no terminal.
  public static func columns(_ descriptor: CInt) -> Int? {
    let columns = vimap_terminal_columns(descriptor)
    return columns > 0 ? Int(columns) : nil
  }

  /// Whether two descriptors belong to the same terminal, whatever names they were opened by.
  public static func isSame(_ one: CInt, _ other: CInt) -> Bool {
    var devices: (one: UInt32, other: UInt32) = (0, 0)
    return vimap_terminal_device(one, &devices.one) == 0
      && vimap_terminal_device(other, &devices.other) == 0 && devices.one == devices.other
  }

  /// Whether another job has the terminal at the moment, so that this program runs in the
  /// background.
  public static func isElsewhere(_ descriptor: CInt) -> Bool {
    let group = tcgetpgrp(descriptor)
    return group > 0 && group != getpgrp()
  }
}
