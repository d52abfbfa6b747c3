/// The place of a batch in the input.
package struct InputPlace: Sendable, Equatable {
  /// The number of its first record over all inputs, from 1.
  package var index: Int
  /// The number of its first line in its file, from 1.
  package var line: Int
  /// The file, as a position in the pool's list of inputs.
  package var file: Int

  package init(index: Int, line: Int, file: Int) {
    self.index = index
    self.line = line
    self.file = file
  }
}
