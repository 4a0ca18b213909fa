/// Decimal fractions as benchmarks print them, without floating point.
enum Decimal {
  /// `thousandths` / 1000 with three digits after the point.
  static func text(thousandths: UInt64) -> String { text(thousandths, digits: 3) }

  /// `numerator` / `denominator` with so many digits after the point, rounded to nearest.
  static func ratio(_ numerator: UInt64, _ denominator: UInt64, digits: Int = 3) -> String {
    precondition(denominator > 0)
    let (high, low) = numerator.multipliedFullWidth(by: scale(digits))
    let (sum, carry) = low.addingReportingOverflow(denominator / 2)
    precondition(high + (carry ? 1 : 0) < denominator)
    let quotient = denominator.dividingFullWidth((high + (carry ? 1 : 0), sum)).quotient
    return text(quotient, digits: digits)
  }

  private static func scale(_ digits: Int) -> UInt64 {
    (0..<digits).reduce(1) { ten, _ in ten * 10 }
  }

  private static func text(_ number: UInt64, digits: Int) -> String {
    let fraction = String(number % scale(digits))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(number / scale(digits)).\(zeros)\(fraction)"
  }
}
