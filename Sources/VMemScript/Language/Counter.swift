internal import VMem
internal import VMemViews

/// A number that a view shows, as `assert` and `let` name it: `machine.free`. Subsystems declare their
/// own beside their verbs.
struct Counter: Sendable {
  /// The word in front of the dot, which no name can be.
  let group: StaticString
  private let word: StaticString
  let meaning: StaticString
  let value: @Sendable (borrowing Machine, Counters) -> UInt64

  init(
    _ group: StaticString, _ word: StaticString, _ meaning: StaticString,
    _ value: @escaping @Sendable (borrowing Machine, Counters) -> UInt64
  ) {
    self.group = group
    self.word = word
    self.meaning = meaning
    self.value = value
  }

  var name: String { "\(group).\(word)" }

  static let all = Subsystem.all.flatMap { $0.counters() }

  static let groups: [StaticString] = all.reduce(into: []) { groups, counter in
    if !groups.contains(where: { "\($0)" == "\(counter.group)" }) { groups.append(counter.group) }
  }

  /// How long the words of groups are: a bit for each length.
  private static let groupLengths = groups.reduce(into: UInt64(0)) { lengths, group in
    lengths |= 1 << UInt64(group.utf8CodeUnitCount)
  }

  /// Whether a word is that of a group, which no name can be.
  @inline(__always)
  static func hasGroup(_ word: Text) -> Bool {
    word.count < 64 && groupLengths >> UInt64(word.count) & 1 != 0
      && groups.contains { word == $0 }
  }

  /// The counter of that name.
  static func named(_ text: Text) -> Counter? {
    guard let dot = text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let (group, word) = (text[0..<dot], text.from(dot + 1))
    return all.first { word == $0.word && group == $0.group }
  }

  /// What helps who has said a counter's name without its group: `machine.faults` for `faults`.
  static func hint(for word: String) -> String? {
    let names = all.map(\.name)
    func ending(_ word: String) -> [String] { names.filter { $0.hasSuffix("." + word) } }
    var meant = ending(word == "pgfault" ? "faults" : word)
    if meant.isEmpty, word.utf8.count > 3,
      let near = nearest(
        to: word, of: names.compactMap { $0.split(separator: ".").last.map(String.init) })
    {
      meant = ending(near)
    }
    return meant.isEmpty ? nil : "the counter is \(meant.joined(separator: ", or "))"
  }
}
