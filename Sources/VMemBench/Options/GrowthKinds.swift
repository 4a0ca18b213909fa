/// Kinds of objects as an option takes them: `areas,names`.
struct GrowthKinds: OptionValue, Equatable {
  static let all = GrowthWork.allCases.map(\.rawValue) + HistoryWork.allCases.map(\.rawValue)
  static let sign = "KIND,..."
  static var rule: String { "kinds with commas, of " + all.joined(separator: " ") }

  let names: [String]

  init() { names = Self.all }

  init?(_ word: String) {
    names = word.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    guard names.allSatisfy(Self.all.contains) else { return nil }
  }

  var description: String { names.joined(separator: ",") }
}
