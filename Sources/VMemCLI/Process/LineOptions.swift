internal import Glibc
internal import VMemScript
internal import VMemViews

/// What the process was told that the language has no words for, so that it may stand anywhere.
struct LineOptions: Equatable {
  var isJSON = false
  var colour = Colour.auto
  /// The image to work on; nil when none was named.
  var image: String?
  /// Whether a commit is on the disk before its answer is printed.
  var isDurable = false
  /// Whether to wait for another process that holds the image.
  var waits = true
  /// Whether `boot` may take the place of a machine.
  var isForced = false

  init() {}

  /// Every option that may stand anywhere.
  static let options: [CommandOption<LineOptions>] = [
    CommandOption("--json", "print one JSON object for each verb") { $0.isJSON = true },
    CommandOption(
      "--color", Colour.words,
      "colour messages and answers that are no success; auto is on a terminal, without NO_COLOR"
    ) { (options, word) throws(Misuse) in
      guard let colour = Colour(rawValue: word) else {
        let known = Colour.allCases.map(\.rawValue).joined(separator: ", ")
        throw Misuse("--color takes one of \(known)")
      }
      options.colour = colour
    },
    CommandOption("--image", "FILE", "work on the machine in this image") {
      (options, word) throws(Misuse) in
      if word.isEmpty { throw Misuse("--image takes FILE") }
      options.image = word
    },
    CommandOption("--durable", "have each commit on the disk before its answer is printed") {
      $0.isDurable = true
    },
    CommandOption("--no-wait", "exit with 75, naming the process, when another holds the image") {
      $0.waits = false
    },
    CommandOption("--force", "let boot, snapshot and dumps replace a machine") {
      $0.isForced = true
    },
  ]

  /// Takes the options out of `words`.
  init(removingFrom words: inout [String]) throws(Misuse) {
    var left: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      // The list is not made for a line without options, nor for the one that most scripts give.
      if word == "--image", let file = rest.first, !file.isEmpty {
        image = file
        rest = rest.dropFirst()
        continue
      }
      let mayBeOption = word.utf8.first == UInt8(ascii: "-")
      if mayBeOption, try Self.options.take(word, &rest, &self) { continue }
      left.append(word)
    }
    words = left
  }

  /// The options as words, for whoever else is to read them.
  var words: [String] {
    var words = isJSON ? ["--json"] : []
    if colour != .auto { words += ["--color", colour.rawValue] }
    if let image { words += ["--image", image] }
    if isDurable { words.append("--durable") }
    if !waits { words.append("--no-wait") }
    if isForced { words.append("--force") }
    return words
  }

  /// Refuses options that a command would ignore.
  func refuse(_ refused: [String], by command: String) throws(Misuse) {
    for option in refused where words.contains(option) {
      throw Misuse("\(command) has no use for \(option)")
    }
  }

  /// The image that verbs work on: the one named, else that of the environment, else `./vmem.img`.
  var imagePath: String { namedImage ?? "vmem.img" }

  /// Whether somebody has said which image it is.
  var isImageNamed: Bool { namedImage != nil }

  private var namedImage: String? {
    if let image { return image }
    // Safe: nothing in this process changes the environment.
    guard let value = unsafe getenv("VMEMCTL_IMAGE"), unsafe value.pointee != 0 else { return nil }
    return unsafe String(
      hostBytes: Array(UnsafeRawBufferPointer(start: value, count: strlen(value))))
  }

  /// How the interpreter runs a line.
  var settings: Options {
    var settings = Options()
    settings.json = isJSON
    settings.colour = colour.isOn()
    settings.coloursAnswers = !isJSON && colour.isOn(STDOUT_FILENO)
    settings.isRaw = isatty(STDOUT_FILENO) == 0
    return settings
  }
}
