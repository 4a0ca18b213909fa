internal import VMem

extension Help {
  /// Columns that help takes at most.
  static let columns = 100

  /// Exit codes come behind answers.
  private static let placeOfExits = 100

  /// What a verb answers besides success, each with the conditions under which it does, grouped by
  /// answer; empty for a verb that always succeeds.
  func answers(of verb: Verb) -> String {
    var groups: [(word: String, place: Int, conditions: [String])] = []
    for answer in verb.answers {
      let (word, place) = (answer.kind.word, answer.kind.place)
      let conditions = answer.rules.map(\.condition) + answer.others.map { "\($0)" }
      let index = groups.firstIndex { $0.word == word }
      if index == nil { groups.append((word, place, [])) }
      let group = index ?? groups.count - 1
      for one in conditions where !groups[group].conditions.contains(one) {
        groups[group].conditions.append(one)
      }
    }
    for exit in verb.exits {
      let word = "exit \(exit.code.rawValue)"
      let condition = "\(exit.condition)"
      if let index = groups.firstIndex(where: { $0.word == word }) {
        groups[index].conditions.append(condition)
      } else {
        groups.append((word, Self.placeOfExits + Int(exit.code.rawValue), [condition]))
      }
    }
    groups.sort { ($0.place, $0.word) < ($1.place, $1.word) }
    let width = groups.map { $0.word.utf8.count }.max() ?? 0
    var text = groups.isEmpty ? "" : "  answers when\n"
    for (word, _, conditions) in groups {
      for (index, condition) in conditions.enumerated() {
        text += "    \(padded(index == 0 ? word : "", width))  "
        text += wrapped(condition, indent: width + 6) + "\n"
      }
    }
    return text
  }

  /// A text in lines that fit behind an indentation; those that go on are indented two more.
  func wrapped(_ text: String, indent: Int) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      let room = Self.columns - indent - (lines.count > 1 ? 2 : 0)
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.unicodeScalars.count + 1 + word.unicodeScalars.count <= room {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent + 2))
  }
}
