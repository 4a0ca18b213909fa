internal import VMem

/// What `--gfp` takes: the kernel's words, which have marks above the 32 bits, or a number as it is.
extension GFP {
  /// A word that says all by itself: `GFP_*`.
  private static let whole: UInt64 = 1 << 32
  /// A word that stands beside others, or beside GFP_KERNEL: `__GFP_*`.
  private static let part: UInt64 = 1 << 33
  /// The words that are not the same bits in every kernel.
  private static let atomicWord: UInt64 = 1 << 34
  private static let nowaitWord: UInt64 = 1 << 35

  static var words: [(name: StaticString, value: UInt64)] {
    names.map { bits, name in
      let mark = "\(name)".hasPrefix("__") ? part : whole
      let value = mark | UInt64(bits.rawValue)
      return switch bits {
      case .atomic: (name, value | atomicWord)
      case .nowait: (name, value & ~UInt64(noWarn.rawValue) | nowaitWord)
      default: (name, value)
      }
    }
  }

  /// What a value of `--gfp` means in a kernel.
  init(written: UInt64, _ switches: Switches) {
    self.init(rawValue: UInt32(truncatingIfNeeded: written))
    if written & (Self.whole | Self.part) == Self.part { formUnion(.kernel) }
    if written & Self.atomicWord != 0 { formUnion(GFP.atomic.word(in: switches)) }
    if written & Self.nowaitWord != 0 { formUnion(GFP.nowait.word(in: switches)) }
  }
}

extension Call {
  /// What the call's allocation may do.
  func gfp(_ machine: borrowing Machine) -> GFP {
    guard arguments.has(.gfp) else { return .kernel }
    return GFP(written: arguments[.gfp, default: 0], machine.configuration.switches)
  }
}

extension Parameter {
  static let gfp = Parameter(
    id: 19, option: "--gfp", .flagWords, "GFP",
    """
    gfp_t: GFP_* and __GFP_* words joined with commas or |, or a number, which says all; __GFP_* alone \
    stands beside GFP_KERNEL, the default
    """, words: { GFP.words }, width: .refused)
}
