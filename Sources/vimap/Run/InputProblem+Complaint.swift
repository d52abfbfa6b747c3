import VimapKit

extension InputProblem {
  /// What is wrong, and what to do about it where that is known.
  var complaint: String {
    let advice = error.code == .isDirectory ? "; give the files in it" : ""
    return "\(name): cannot be read: \(error.code)\(advice)"
  }
}
