import ArgumentParser

/// What a record is.
struct RecordOptions: ParsableArguments {
  // man:
  // Each line is text, and the record is that line as a JSON string.
  // An empty line is a record too.
  @Flag(
    name: [.customShort("R"), .customLong("raw-input")],
    help: "Each line is text: the record is that line as a JSON string.")
  var rawInput = false

  // man:
  // Records end in NUL instead of a line feed.
  // They may then span lines; line breaks between their tokens come out as spaces.
  @Flag(
    name: [.customShort("0"), .customLong("null")], help: "Records end in NUL instead of LF.")
  var null = false

  // man:
  // What the input is in, if not in UTF-8, by any name that
  // .Xr iconv 1
  // lists with
  // .Fl l :
  // latin1, cp1252, shift_jis, utf-16.
  // It is converted as it is read, before lines are cut from it, so that commands,
  // servers and results have UTF-8.
  // A mark of the order of bytes is left out at the start of each file.
  // Bytes that are no text in the encoding become U+FFFD; in how many lines there
  // are such is said at the end.
  // The lines that
  // .Fl -failed
  // keeps are in this encoding again, with a question mark for what it does not
  // have, and can be fed again with the same options.
  @Option(
    help: ArgumentHelp(
      "What the input is in, by a name that iconv -l lists: latin1, cp1252, shift_jis, utf-16"
        + " (default: UTF-8). Lines kept by --failed are in it too.",
      valueName: "name"))
  var encoding: String?

  // man:
  // The longest record; a longer one becomes an exception.
  // The same limit holds for an answer of a command.
  // The default is 64M, the most is 256M.
  @Option(
    name: .customLong("max-record"),
    help: ArgumentHelp(
      "Longest record, and longest answer of a command; a longer one is an exception.",
      valueName: "size"))
  var maxRecord = ByteCount(bytes: 64 << 20)
}
