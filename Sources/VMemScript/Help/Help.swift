internal import VMem

/// The texts of `help`, made from the verb table.
package struct Help {
  private let table: VerbTable

  package init(_ table: VerbTable) { self.table = table }

  /// Everything `help` takes.
  package var topics: [String] {
    let words =
      ["grammar", "exit", "json", "image", "kernels", "examples"]
      + table.groups.map { "\($0.topic)" } + table.verbNames
    let kernels = Switch.all.map { "\($0.name)" } + BuildOption.all.map { "\($0.name)" }
    return words + kernels.filter { !words.contains($0) }
  }

  /// The text of a topic, or nil when there is none of that name.
  package func topic(_ name: String) -> String? {
    switch name {
    case "grammar": return grammar
    case "exit": return exitCodes
    case "json": return json
    case "image": return image
    case "kernels": return kernels
    case "examples": return examples
    default:
      var texts = [table.find(name).map { verb($0) }].compactMap { $0 }
      if texts.isEmpty, let group = table.groups.first(where: { "\($0.topic)" == name }) {
        texts.append(verbs(of: group))
      }
      if let text = kernelSwitch(name) { texts.append(text) }
      return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }
  }

  /// All verbs by group, one line each.
  package var overview: String {
    var text = """
      A machine's kernel address space, worked on with the kernel's own calls:

        boot --memory 2G --cpus 4             # defaults apply without it
        P = alloc_pages 16                    # a name for what a verb makes
        s = get_vm_area 64K --flags sparse
        vm_area_map_pages s s+0x4000..s+0x6000 P[0..2]
        expect ERANGE vm_area_map_pages s s..s+68K P[0..16],null
        assert pagetables.pte eq 1


      """
    for group in table.groups { text += verbs(of: group) + "\n" }
    return text
      + "help VERB explains one; help grammar, exit and json the language, help image sessions,\n"
      + "help kernels what differs between kernels, help examples scripts to begin with. One group\n"
      + "alone: help \(table.groups.map { "\($0.topic)" }.joined(separator: "|"))\n"
  }

  /// The verbs of a group, one line each.
  private func verbs(of group: Verb.Group) -> String {
    let width = table.verbs.map { $0.name.utf8CodeUnitCount }.max() ?? 0
    let rows = table.verbs.filter { $0.group == group }.map { verb in
      "  \(padded("\(verb.name)", width))  \(verb.summary)\n"
    }
    return "\(group.title)\n\(rows.joined())"
  }

  /// What the table knows about a verb.
  package func verb(_ verb: Verb) -> String {
    var text = "\(verb.signature)\n\n  \(verb.summary)\n\n"
    let parameters = verb.required + verb.optional
    let width = parameters.map { $0.signature.unicodeScalars.count }.max() ?? 0
    let column = min(width, 36) + 4
    for parameter in parameters {
      text += "  \(padded(parameter.signature, column - 4))"
      // Behind a long one the meaning begins on a line of its own.
      let isLong = parameter.signature.unicodeScalars.count > column - 4
      text += isLong ? "\n" + String(repeating: " ", count: column) : "  "
      text += wrapped("\(parameter.meaning)", indent: column) + "\n"
    }
    if !parameters.isEmpty { text += "\n" }
    if verb.kernelFunction.utf8CodeUnitCount > 0 {
      text += "  kernel:   \(verb.kernelFunction)\n"
    }
    text += "  returns:  \(wrapped("\(verb.returns)", indent: 12))\n"
    text += "  changes:  \(changes(verb))\n"
    text += answers(of: verb)
    for (index, line) in "\(verb.example)".split(separator: "\n").enumerated() {
      text += "\(index == 0 ? "  example:  " : "            ")\(line)\n"
    }
    if verb.details.utf8CodeUnitCount > 0 { text += "\n\(verb.details)\n" }
    return text
  }

  private func changes(_ verb: Verb) -> StaticString {
    switch verb.effect {
    case .reader: "nothing (a reader)"
    case .writer: "the machine (a writer)"
    case .language where verb.facts.contains(.answers): "the run of the script"
    case .language: "the run of the script; no result line is printed"
    }
  }

  func padded(_ text: String, _ width: Int) -> String {
    let missing = width - text.unicodeScalars.count
    return missing > 0 ? text + String(repeating: " ", count: missing) : text
  }
}
