internal import ArgumentParser

/// What every command understands that works on a machine, for help and mistakes: `LineOptions` as
/// ArgumentParser knows them.
struct ProcessOptions: ParsableArguments {
  @Flag(help: "Print one JSON object for each verb.")
  var json = false

  @Option(help: "Colour messages: auto (on a terminal, without NO_COLOR), always or never.")
  var color = Colour.auto

  @Option(help: "Work on the machine in this image.", completion: .file())
  var image: String?

  @Flag(help: "Have each commit on the disk before its answer is printed.")
  var durable = false

  @Flag(help: "Exit with 75, naming the process, when another one holds the image.")
  var noWait = false

  var options: LineOptions {
    var options = LineOptions()
    options.isJSON = json
    options.colour = color
    options.image = image
    options.isDurable = durable
    options.waits = !noWait
    return options
  }
}
