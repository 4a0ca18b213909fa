internal import ArgumentParser

/// Kinds of objects as an option takes them: `areas,names`.
struct GrowthKinds: ExpressibleByArgument, Equatable {
  static let all = GrowthWork.allCases.map(\.rawValue) + HistoryWork.allCases.map(\.rawValue)

  let names: [String]

  init() { names = Self.all }

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    guard names.allSatisfy(Self.all.contains) else { return nil }
  }

  var defaultValueDescription: String { names.joined(separator: ",") }
}
