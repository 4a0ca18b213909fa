/// Sizes in bytes as an option takes them: `64G,64M`.
struct ByteSizes: OptionValue, Equatable {
  static let sign = "SIZE,..."
  static let rule = "sizes with commas, such as 64G,64M"

  let bytes: [UInt64]

  init(bytes: [UInt64]) { self.bytes = bytes }

  init?(_ word: String) {
    var bytes: [UInt64] = []
    for part in word.split(separator: ",", omittingEmptySubsequences: false) {
      guard let size = Self.size(part) else { return nil }
      bytes.append(size)
    }
    self.bytes = bytes
  }

  private static func size(_ text: Substring) -> UInt64? {
    let suffixes: [Character: UInt64] = ["K": 10, "M": 20, "G": 30]
    guard let last = text.last else { return nil }
    let shift = suffixes[last]
    guard let number = UInt64(shift == nil ? text : text.dropLast()) else { return nil }
    let size = number << (shift ?? 0)
    return size >> (shift ?? 0) == number ? size : nil
  }

  var description: String {
    bytes.map { $0 % (1 << 30) == 0 ? "\($0 >> 30)G" : "\($0 >> 20)M" }.joined(separator: ",")
  }
}
