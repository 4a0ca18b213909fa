package import VMem

extension Views {
  /// The lines of VMCOREINFO with `text` in them, as they stand in the notes of a machine's dumps; in JSON
  /// an object for each.
  package static func vmcoreinfo(
    _ machine: borrowing Machine, linesWith text: String, to output: inout ViewOutput
  ) {
    for line in Dump.vmcoreinfo(machine).split(separator: "\n") where line.hasInfix(text) {
      guard output.isJSON else {
        output.writer.write(String(line))
        output.endLine()
        continue
      }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      output.beginObject()
      output.field("name", text: String(parts[0]))
      output.field("value", text: parts.count > 1 ? String(parts[1]) : "")
      output.endObject()
    }
  }
}
