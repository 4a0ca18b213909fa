/// A program header as readelf prints it.
struct KcoreRow: Equatable {
  var type: String
  /// Offset, virtual and physical address, sizes in the file and in memory.
  var numbers: [UInt64]
  /// Flags and alignment.
  var rest: [String]

  init?(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 7, words[0] == "NOTE" || words[0] == "LOAD" else { return nil }
    type = words[0]
    numbers = words[1...5].compactMap { UInt64($0.dropFirst(2), radix: 16) }
    rest = Array(words[6...])
  }
}
