internal import ArgumentParser

/// Numbers as an option takes them: `1,4,64`.
struct Counts: ExpressibleByArgument, Equatable {
  let values: [Int]

  init(_ values: Int...) { self.values = values }

  init?(argument: String) {
    let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard values.allSatisfy({ $0 != nil }) else { return nil }
    self.values = values.compactMap { $0 }
  }

  var defaultValueDescription: String { values.map { "\($0)" }.joined(separator: ",") }

  /// Refuses numbers outside of `range`, with the option's name.
  func require(_ range: ClosedRange<Int>, _ option: String) throws {
    guard values.allSatisfy(range.contains) else {
      throw ValidationError("\(option) must be \(range.lowerBound) to \(range.upperBound) each")
    }
  }
}
