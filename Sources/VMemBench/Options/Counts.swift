/// Numbers as an option takes them: `1,4,64`.
struct Counts: OptionValue, Equatable {
  static let sign = "N,..."
  static let rule = "numbers with commas"

  let values: [Int]

  init(_ values: Int...) { self.values = values }

  init?(_ word: String) {
    let values = word.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard values.allSatisfy({ $0 != nil }) else { return nil }
    self.values = values.compactMap { $0 }
  }

  var description: String { values.map { "\($0)" }.joined(separator: ",") }
}
