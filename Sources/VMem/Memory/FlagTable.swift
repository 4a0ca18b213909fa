/// Names of flags in the order in which the kernel looks for them: a name that stands for several
/// bits comes before those of its bits.
package struct FlagTable: Sendable {
  package typealias Row = (bits: UInt64, name: String)
  package let rows: [Row]

  package init(_ rows: [Row]) { self.rows = rows }

  /// The names of the flags that are set with bars between them, and what has no name as a number;
  /// nothing for 0. The corresponding kernel function is `format_flags`.
  package func text(_ flags: UInt64) -> String {
    var rest = flags
    var words: [String] = []
    for (bits, name) in rows where rest != 0 && rest & bits == bits {
      words.append(name)
      rest &= ~bits
    }
    if rest != 0 { words.append("0x" + String(rest, radix: 16)) }
    return words.joined(separator: "|")
  }
}
