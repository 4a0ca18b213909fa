/// What `run` was told.
struct RunOptions: Equatable {
  /// Scripts in order; `-` is standard input.
  var files: [String] = []
  var keepsGoing = false
  var isQuiet = false
  var isTAP = false
  /// Whether scripts are only looked at.
  var isCheck = false
  var line = LineOptions()

  init() {}

  /// What cannot be asked for together.
  var contradiction: String? {
    if line.image == nil {
      let about = line.isDurable ? "--durable" : !line.waits ? "--no-wait" : "--force"
      let isAbout = line.isDurable || !line.waits || line.isForced
      if isAbout { return "\(about) is about an image: it needs --image" }
    }
    guard isTAP else { return nil }
    if line.isJSON { return "--tap and --json exclude each other" }
    return files.count > 1 ? "--tap takes one script: its report has one plan" : nil
  }

  /// Decodes the words after `run`; nil when they need an explanation.
  init?(_ words: ArraySlice<String>, _ line: LineOptions) {
    self.line = line
    for word in words {
      switch word {
      case "--keep-going": keepsGoing = true
      case "--quiet": isQuiet = true
      case "--tap": isTAP = true
      case "--check": isCheck = true
      case "-": files.append(word)
      case _ where word.hasPrefix("-"): return nil
      default: files.append(word)
      }
    }
    if files.isEmpty || contradiction != nil { return nil }
  }
}
