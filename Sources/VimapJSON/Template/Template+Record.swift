extension Template {
  /// Whether it can be filled in differently for each record: not only from what a worker has.
  public var dependsOnRecord: Bool {
    parts.contains { part in
      switch part {
      case .literal, .worker, .initArgument: false
      case .record, .field, .index: true
      }
    }
  }
}
