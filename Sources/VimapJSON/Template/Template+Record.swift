extension Template {
  /// Whether it can be filled in differently for each record: not only from what a worker has.
  public var dependsOnRecord: Bool {
    parts.contains { part in
      switch part {
      case .literal, .worker, .initArgument: false
      case .record, .field, .file, .index: true
      }
    }
  }

  /// The first placeholder that text of a record is filled in for, which may be anything: not only
  /// a number, or what a worker has.
  /// - Parameter grammar: what ``init(_:_:)`` was given.
  public static func recordText(in text: String, _ grammar: Grammar) -> String? {
    let pieces = TemplateParser(grammar).pieces(of: text)
    let piece = pieces.first { piece in
      switch piece.part {
      case .literal, .worker, .initArgument, .index: false
      case .record, .field, .file: true
      }
    }
    return piece.map { String(decoding: $0.text, as: UTF8.self) }
  }
}
