/// Decimal fractions as benchmarks print them, without floating point.
enum Decimal {
  /// `thousandths` / 1000 with three digits after the point.
  static func text(thousandths: UInt64) -> String {
    let fraction = String(thousandths % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    return "\(thousandths / 1000).\(zeros)\(fraction)"
  }

  /// `numerator` / `denominator` with three digits after the point, rounded to nearest.
  static func ratio(_ numerator: UInt64, _ denominator: UInt64) -> String {
    precondition(denominator > 0)
    let (high, low) = numerator.multipliedFullWidth(by: 1000)
    let (sum, carry) = low.addingReportingOverflow(denominator / 2)
    precondition(high + (carry ? 1 : 0) < denominator)
    return text(thousandths: denominator.dividingFullWidth((high + (carry ? 1 : 0), sum)).quotient)
  }

  /// `text` right-aligned in `width` columns.
  static func column(_ text: String, width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
