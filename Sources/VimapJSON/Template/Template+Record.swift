extension Template {
  /// Whether it may be filled in differently for each record, and not only for each worker.
  public var dependsOnRecord: Bool {
    parts.contains { part in
      switch part {
      case .literal, .worker, .initArgument: false
      case .record, .field, .file, .index: true
      }
    }
  }

  /// The first placeholder that is filled with text of a record, which may be anything, unlike a
  /// number or what a worker has.
  /// - Parameter grammar: the grammar given to ``init(_:_:)``.
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
