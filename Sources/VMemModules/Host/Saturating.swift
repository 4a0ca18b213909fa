/// Numbers of modules, which may be any: sums that do not overflow.
extension UInt64 {
  /// Bytes of whole pages; of what has no such number, those of the last address.
  var pageRounded: UInt64 { plus(4095) & ~4095 }

  /// The sum, or the largest number.
  func plus(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The product, or the largest number.
  func times(_ other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

extension ModuleHost {
  /// The last time that a clock shows, in microseconds since boot: 285 years.
  static let endOfTime: UInt64 = 1 << 53

  /// The time after some microseconds.
  func time(after microseconds: UInt64) -> UInt64 { min(now.plus(microseconds), Self.endOfTime) }
}
