import ArgumentParser

struct HTTPOptions: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Send each record to this URL; repeatable, workers take the URLs in turn. {.a.b} is a field"
        + " of the record.",
      valueName: "url"))
  var post: [String] = []
}
