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

  /// Takes the options out of `words`.
  init(removingFrom words: inout [String]) throws(ProcessFailure) {
    var left: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--json" {
        isJSON = true
      } else if word == "--color" {
        colour = try Self.colour(rest.popFirst())
      } else if word.hasPrefix("--color=") {
        colour = try Self.colour(String(word.dropFirst("--color=".count)))
      } else if word == "--image" {
        image = try Self.image(rest.popFirst())
      } else if word.hasPrefix("--image=") {
        image = try Self.image(String(word.dropFirst("--image=".count)))
      } else if word == "--durable" {
        isDurable = true
      } else if word == "--no-wait" {
        waits = false
      } else if word == "--force" {
        isForced = true
      } else {
        left.append(word)
      }
    }
    words = left
  }

  private static func colour(_ word: String?) throws(ProcessFailure) -> Colour {
    guard let colour = word.flatMap(Colour.init(rawValue:)) else {
      let known = Colour.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProcessFailure(message: "--color takes one of \(known)", exitCode: EX_USAGE)
    }
    return colour
  }

  private static func image(_ word: String?) throws(ProcessFailure) -> String {
    guard let word, !word.isEmpty else {
      throw ProcessFailure(message: "--image takes a file", exitCode: EX_USAGE)
    }
    return word
  }

  /// Every option, as it is written.
  static let names = ["--color", "--durable", "--force", "--image", "--json", "--no-wait"]

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

  /// The image that verbs work on: the one named, else that of the environment, else `./vmem.img`.
  var imagePath: String { namedImage ?? "vmem.img" }

  /// Whether somebody has said which image it is.
  var isImageNamed: Bool { namedImage != nil }

  private var namedImage: String? {
    if let image { return image }
    // Safe: nothing in this process changes the environment.
    guard let value = unsafe getenv("VMEMCTL_IMAGE"), unsafe value.pointee != 0 else { return nil }
    return unsafe String(
      hostBytes: Array(UnsafeBufferPointer(start: value, count: strlen(value))).map {
        UInt8(bitPattern: $0)
      })
  }

  /// How the interpreter runs a line.
  var settings: Options {
    var settings = Options()
    settings.json = isJSON
    settings.colour = colour.isOn
    return settings
  }
}
