/// Timings as figures of a unit: their median and their spread, under one name.
struct Series {
  private enum Unit {
    case nanoseconds(each: Int)
    case microseconds
    /// Pieces a second, in units of so many.
    case rate(pieces: Int, unit: Int)
  }

  let timings: Timings
  private let unit: Unit
  private let name: String

  /// Nanoseconds of each of `each` pieces of work.
  static func nanoseconds(_ name: String, _ timings: Timings, each: Int) -> Series {
    Series(timings: timings, unit: .nanoseconds(each: each), name: name)
  }

  /// Microseconds of the work as a whole.
  static func microseconds(_ timings: Timings) -> Series {
    Series(timings: timings, unit: .microseconds, name: "us")
  }

  /// How much of the work is done in a second: pieces, counted in units of `unit`.
  static func rate(_ name: String, _ timings: Timings, pieces: Int, unit: Int = 1) -> Series {
    Series(timings: timings, unit: .rate(pieces: pieces, unit: unit), name: name)
  }

  /// Pieces of work that the timings are of.
  var pieces: Int {
    switch unit {
    case .nanoseconds(let each): each
    case .microseconds: 1
    case .rate(let pieces, _): pieces
    }
  }

  /// The figures under their names: the median, the least, the greatest.
  var figures: [(name: String, text: String)] {
    let durations_ns = [timings.median_ns, timings.minimum_ns, timings.maximum_ns]
    switch unit {
    case .nanoseconds(let each):
      let texts = durations_ns.map { Decimal.ratio($0, UInt64(each)) }
      return Array(zip([name, name + "_min", name + "_max"], texts))
    case .microseconds:
      let texts = durations_ns.map { Decimal.text(thousandths: $0) }
      return Array(zip(["median_us", "min_us", "max_us"], texts))
    case .rate(let pieces, let unit):
      let texts = durations_ns.map {
        "\(UInt64(pieces) * 1_000_000_000 / max(1, $0) / UInt64(unit))"
      }
      // What takes longest has the lowest rate.
      return [(name, texts[0]), (name + "_min", texts[2]), (name + "_max", texts[1])]
    }
  }
}
