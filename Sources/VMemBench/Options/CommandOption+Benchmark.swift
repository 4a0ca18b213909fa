internal import VMemScript

/// Options of a benchmark, which are its properties. Help says what these are when nobody sets them.
extension CommandOption where Target: Benchmark {
  typealias Property<Value> = any WritableKeyPath<Target, Value> & Sendable

  /// A value of any kind.
  init<Value: OptionValue>(
    _ name: String, _ path: Property<Value>, _ meaning: String
  ) {
    self.init(name, Value.sign, meaning, path) { word throws(Misuse) in try Value(word, of: name) }
  }

  /// A number in a range.
  init<Number: OptionValue & FixedWidthInteger>(
    _ name: String, _ path: Property<Number>, _ meaning: String,
    in range: ClosedRange<Number>
  ) {
    self.init(name, Number.sign, meaning, path) { word throws(Misuse) in
      try Number(word, of: name, in: range)
    }
  }

  /// Numbers, each in a range.
  init(
    _ name: String, _ path: Property<Counts>, _ meaning: String,
    in range: ClosedRange<Int>
  ) {
    self.init(name, Counts.sign, meaning, path) { word throws(Misuse) in
      let counts = try Counts(word, of: name)
      for count in counts.values { try range.require(count, of: name) }
      return counts
    }
  }

  /// A folder.
  init(folder name: String, _ path: Property<String>, _ meaning: String) {
    self.init(name, "FOLDER", meaning, path) { $0 }
  }

  /// One of a few words.
  init<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: Property<Choice>, _ meaning: String
  ) {
    let words = Choice.allCases.map(\.rawValue)
    self.init(name, words.joined(separator: "|"), meaning, path) { word throws(Misuse) in
      guard let choice = Choice(rawValue: word) else {
        throw Misuse("\(name) takes one of \(words.joined(separator: ", ")), not `\(word)`")
      }
      return choice
    }
    choices = words
  }

  private init<Value>(
    _ name: String, _ sign: String, _ meaning: String,
    _ path: Property<Value>,
    read: @escaping @Sendable (String) throws(Misuse) -> Value
  ) {
    self.init(name, sign, "\(meaning) (default: \(Target()[keyPath: path]))") {
      (target, word) throws(Misuse) in target[keyPath: path] = try read(word)
    }
  }
}
