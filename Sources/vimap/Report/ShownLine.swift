/// A line for a terminal. Only its colours steer the terminal, whatever its parts contain.
struct ShownLine {
  private(set) var text = ""

  init(_ text: String = "") { add(text) }

  mutating func add(_ part: String, isAlarming: Bool = false) {
    let shown = part.onOneLine()
    text += isAlarming ? "\u{1B}[31m\(shown)\u{1B}[m" : shown
  }
}
