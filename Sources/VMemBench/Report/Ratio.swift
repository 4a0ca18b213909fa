/// How the emulator's work compares with its peer's, by the medians.
struct Ratio {
  private let numerator: UInt64
  private let denominator: UInt64

  /// How many times as long as the peer's a piece of work takes.
  init(_ ours: Series, timesAsLongAs peer: Series) {
    numerator = ours.timings.median_ns
    // In as many pieces as ours.
    denominator =
      ours.pieces == peer.pieces
      ? peer.timings.median_ns
      : peer.timings.median_ns * UInt64(ours.pieces) / UInt64(peer.pieces)
  }

  /// How many times as fast as the peer's the work is done.
  init(_ ours: Series, timesAsFastAs peer: Series) {
    let inverse = Ratio(ours, timesAsLongAs: peer)
    (numerator, denominator) = (inverse.denominator, inverse.numerator)
  }

  /// The whole part.
  var whole: UInt64 { numerator / max(1, denominator) }

  /// Three digits after the point, and six where three would say little.
  var text: String {
    let isSmall = numerator < max(1, denominator) / 10
    return Decimal.ratio(numerator, max(1, denominator), digits: isSmall ? 6 : 3)
  }
}
