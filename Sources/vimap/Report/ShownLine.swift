/// A line for a terminal: nothing in it steers that but its colours, whatever its parts are made
/// of.
struct ShownLine {
  private(set) var text = ""

  init(_ text: String = "") { add(text) }

  mutating func add(_ part: String, isAlarming: Bool = false) {
    let shown = part.onOneLine()
    text += isAlarming ? "\u{1B}[31m\(shown)\u{1B}[m" : shown
  }
}
