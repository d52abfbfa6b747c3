import Foundation

extension Surroundings {
  static func localized(_ error: any Error) -> String { error.localizedDescription }

  static func data(_ count: Int, _ byte: UInt8) -> Data { Data(repeating: byte, count: count) }
}
