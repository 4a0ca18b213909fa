/// Kernels whose behaviour is known; a version stands for a set of switches: the last stable release
/// of its line.
public enum KernelVersion: UInt16, CaseIterable, Sendable {
  case v6_1 = 6001
  case v6_6 = 6006
  case v6_12 = 6012
  case v6_18 = 6018
  case v7_0 = 7000
  case v7_1 = 7001
  case v7_2 = 7002
  case v7_3 = 7003
  /// What waits for the release after the newest.
  case next = 65535

  /// What `boot` makes unless told otherwise.
  package static let standard = v6_18

  /// Those that are released.
  package static let released = allCases.filter { $0 != .next }

  /// The text after `--kernel`: major.minor, or `next`.
  public var text: String {
    self == .next ? "next" : "\(rawValue / 1000).\(rawValue % 1000)"
  }

  /// The version in front of it; the first is its own.
  var before: KernelVersion { Self.allCases.last { $0 < self } ?? self }

  public init?(text: String) {
    guard let version = Self.allCases.first(where: { $0.text == text }) else { return nil }
    self = version
  }

  /// What this kernel's behaviour is made of.
  public var switches: Switches {
    Switch.all.reduce(into: []) {
      if $1.kernels.contains(self) { $0.formUnion($1.value) }
    }
  }
}

extension KernelVersion: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
