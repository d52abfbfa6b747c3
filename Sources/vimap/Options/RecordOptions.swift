import ArgumentParser

/// What a record is.
struct RecordOptions: ParsableArguments {
  @Flag(
    name: [.customShort("R"), .customLong("raw-input")],
    help: "Each line is text: the record is that line as a JSON string.")
  var rawInput = false

  @Flag(
    name: [.customShort("0"), .customLong("null")], help: "Records end in NUL instead of LF.")
  var null = false

  @Option(
    help: ArgumentHelp(
      "What the input is in, by a name that iconv -l lists: latin1, cp1252, shift_jis, utf-16"
        + " (default: UTF-8). Lines kept by --failed are in it too.",
      valueName: "name"))
  var encoding: String?

  @Option(
    name: .customLong("max-record"),
    help: ArgumentHelp(
      "Longest record, and longest answer of a command; a longer one is an exception.",
      valueName: "size"))
  var maxRecord = ByteCount(bytes: 64 << 20)
}
