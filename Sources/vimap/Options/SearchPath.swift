import VimapSystem

/// Where commands without a slash are looked for.
enum SearchPath {
  /// What PATH says, if it is there.
  static var value: String? { environmentValue(of: "PATH", in: inheritedEnvironment()) }
}
