internal import VMem

/// A line that is being typed: what each key does to it, and what the terminal shows.
///
/// Keys are those of every shell: arrows, Ctrl-A E B F to move, Ctrl-H D K U W to delete, Ctrl-P N to
/// go through the history, Ctrl-R to search it, Tab to complete. It knows no terminal: bytes come in,
/// and `screen` says what to write.
struct LineEditor {
  /// What a key has done.
  enum Event: Equatable {
    /// The line may look different.
    case edited
    case submitted(String)
    /// Ctrl-C.
    case cancelled
    /// Ctrl-D on an empty line.
    case ended
    /// Tab found several words; they are to be shown.
    case choices([String])
    /// Ctrl-L.
    case cleared
  }

  private(set) var text: [Unicode.Scalar] = []
  /// Position of the cursor: scalars before it.
  private(set) var cursor = 0
  private let history: [String]
  /// Which line of the history is shown; its count for the line that is being typed.
  private var recalled: Int
  private var typed: [Unicode.Scalar] = []
  /// What Ctrl-R looks for, and the line of the history that was found.
  private var search: (wanted: [Unicode.Scalar], found: Int?)?
  private var pending: [UInt8] = []
  private let complete: ([String]) -> [String]

  /// - Parameters:
  ///   - history: earlier lines, oldest first.
  ///   - complete: words that may stand for the last one of those up to the cursor.
  init(history: [String], complete: @escaping ([String]) -> [String]) {
    self.history = history
    self.complete = complete
    recalled = history.count
  }

  var line: String { String(String.UnicodeScalarView(text)) }

  // MARK: Keys

  /// Takes a byte that was typed.
  mutating func feed(_ byte: UInt8) -> Event {
    if !pending.isEmpty || byte == 0x1b || byte >= 0x80 {
      pending.append(byte)
      return feedSequence()
    }
    if search != nil, let event = feedSearch(byte) { return event }
    return control(byte)
  }

  /// A key of several bytes: an escape sequence, or a character outside of ASCII.
  private mutating func feedSequence() -> Event {
    if pending[0] != 0x1b {
      var decoder = UTF8()
      var bytes = pending.makeIterator()
      let needed = pending[0] >= 0xf0 ? 4 : pending[0] >= 0xe0 ? 3 : 2
      guard pending.count >= needed else { return .edited }
      if case .scalarValue(let scalar) = decoder.decode(&bytes), scalar.value >= 0xa0 {
        insert(scalar)
      }
      pending = []
      return .edited
    }
    guard pending.count > 1 else { return .edited }
    if pending[1] != UInt8(ascii: "[") && pending[1] != UInt8(ascii: "O") {
      pending = []
      return .edited
    }
    guard let last = pending.dropFirst(2).last, (0x40...0x7e).contains(last) else { return .edited }
    let parameter = pending.dropFirst(2).dropLast()
    pending = []
    search = nil
    switch (last, parameter.first) {
    case (UInt8(ascii: "A"), _): recall(recalled - 1)
    case (UInt8(ascii: "B"), _): recall(recalled + 1)
    case (UInt8(ascii: "C"), _): cursor = min(text.count, cursor + 1)
    case (UInt8(ascii: "D"), _): cursor = max(0, cursor - 1)
    case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), UInt8(ascii: "1")): cursor = 0
    case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), UInt8(ascii: "4")): cursor = text.count
    case (UInt8(ascii: "~"), UInt8(ascii: "3")): deleteForward()
    default: break
    }
    return .edited
  }

  private mutating func control(_ byte: UInt8) -> Event {
    switch byte {
    case 0x01: cursor = 0
    case 0x02: cursor = max(0, cursor - 1)
    case 0x03: return .cancelled
    case 0x04:
      if text.isEmpty { return .ended }
      deleteForward()
    case 0x05: cursor = text.count
    case 0x06: cursor = min(text.count, cursor + 1)
    case 0x08, 0x7f: deleteBackward()
    case 0x09: return tabulate()
    case 0x0a, 0x0d: return .submitted(line)
    case 0x0b: text.removeSubrange(cursor...)
    case 0x0c: return .cleared
    case 0x0e: recall(recalled + 1)
    case 0x10: recall(recalled - 1)
    case 0x12: search = ([], nil)
    case 0x15:
      text.removeSubrange(..<cursor)
      cursor = 0
    case 0x17: deleteWord()
    case 0x20...: insert(Unicode.Scalar(byte))
    default: break
    }
    return .edited
  }

  private mutating func insert(_ scalar: Unicode.Scalar) {
    text.insert(scalar, at: cursor)
    cursor += 1
  }

  private mutating func deleteBackward() {
    guard cursor > 0 else { return }
    cursor -= 1
    text.remove(at: cursor)
  }

  private mutating func deleteForward() {
    if cursor < text.count { text.remove(at: cursor) }
  }

  private mutating func deleteWord() {
    let end = cursor
    while cursor > 0, text[cursor - 1] == " " { cursor -= 1 }
    while cursor > 0, text[cursor - 1] != " " { cursor -= 1 }
    text.removeSubrange(cursor..<end)
  }

  // MARK: History

  private mutating func recall(_ index: Int) {
    guard (0...history.count).contains(index), index != recalled else { return }
    if recalled == history.count { typed = text }
    recalled = index
    text = index == history.count ? typed : Array(history[index].unicodeScalars)
    cursor = text.count
  }

  /// A key while Ctrl-R looks for a line; nil when the search is over and the key counts as usual.
  private mutating func feedSearch(_ byte: UInt8) -> Event? {
    guard var (wanted, found) = search else { return nil }
    switch byte {
    case 0x12: found = find(wanted, before: found ?? history.count) ?? found
    case 0x08, 0x7f:
      _ = wanted.popLast()
      found = find(wanted, before: history.count)
    case 0x20...0x7e:
      wanted.append(Unicode.Scalar(byte))
      found = find(wanted, before: history.count)
    case 0x03, 0x07:
      search = nil
      return byte == 0x07 ? .edited : .cancelled
    default:
      search = nil
      return nil
    }
    search = (wanted, found)
    if let found {
      recall(found)
    }
    return .edited
  }

  private func find(_ wanted: [Unicode.Scalar], before index: Int) -> Int? {
    let wanted = String(String.UnicodeScalarView(wanted))
    return wanted.isEmpty ? nil : history[..<index].lastIndex { $0.hasInfix(wanted) }
  }

  // MARK: Completion

  private mutating func tabulate() -> Event {
    let before = String(String.UnicodeScalarView(text[..<cursor]))
    var words = before.split(separator: " ").map(String.init)
    if words.isEmpty || before.hasSuffix(" ") { words.append("") }
    let typed = words[words.count - 1]
    let candidates = complete(words)
    guard let first = candidates.first else { return .edited }
    let common = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    for scalar in common.unicodeScalars.dropFirst(typed.unicodeScalars.count) { insert(scalar) }
    if candidates.count == 1 {
      insert(" ")
      return .edited
    }
    return common.count > typed.count ? .edited : .choices(candidates)
  }

  // MARK: Display

  /// What shows the line on a terminal of so many columns: part of it, when it is too long. `colour`
  /// says whether the prompt is set off.
  func screen(prompt: String, columns: Int, colour: Bool) -> String {
    var prompt = prompt
    if let search {
      prompt = "(search: \(String(String.UnicodeScalarView(search.wanted))))> "
    }
    // A prompt that leaves no room for the line is cut.
    if prompt.unicodeScalars.count > (columns - 1) / 2 {
      prompt = String(String.UnicodeScalarView(prompt.unicodeScalars.suffix((columns - 1) / 2)))
    }
    let width = max(1, columns - prompt.unicodeScalars.count - 1)
    let first = max(0, cursor - width)
    let shown = text[first..<min(text.count, first + width)]
    let back = shown.endIndex - cursor
    return "\r" + (colour ? "\u{1b}[1m\(prompt)\u{1b}[0m" : prompt)
      + String(String.UnicodeScalarView(shown)) + "\u{1b}[K"
      + (back > 0 ? "\u{1b}[\(back)D" : "")
  }
}

extension String {
  /// The characters both begin with.
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
