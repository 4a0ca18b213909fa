internal import VMem

/// How long booting takes, by size of RAM.
///
/// The sizes take turns, there and back, so that neither the host's disturbances nor the traces of
/// the machine before favour one of them.
struct BootBenchmark {
  /// Bytes of RAM of each machine.
  let sizes: [UInt64]
  let rounds: Int

  struct Row: Equatable {
    let memory: UInt64
    let timings: Timings
  }

  func run() throws(ProcessFailure) -> [Row] {
    var durations_ns = [[UInt64]](repeating: [], count: sizes.count)
    // The first round warms the host's page cache of our own code and is not counted.
    for round in 0...rounds {
      let order = Array(sizes.indices)
      for index in round.isMultiple(of: 2) ? order : order.reversed() {
        let duration_ns = try Self.boot(sizes[index])
        if round > 0 { durations_ns[index].append(duration_ns) }
      }
    }
    return zip(sizes, durations_ns).map { Row(memory: $0, timings: Timings($1)) }
  }

  /// Nanoseconds from nothing to a booted machine; giving it back is not counted.
  private static func boot(_ memory: UInt64) throws(ProcessFailure) -> UInt64 {
    var configuration = Configuration()
    configuration.memory = memory
    let start_ns = Timings.now_ns()
    let machine = try Machine.booted(configuration)
    let end_ns = Timings.now_ns()
    precondition(machine.configuration.memory == memory)
    return end_ns - start_ns
  }

  static func text(_ rows: [Row]) -> String {
    var text = "     memory   median µs      min µs      max µs  to last\n"
    for row in rows {
      let t = row.timings
      text += Decimal.column("\(row.memory >> 20)M", width: 11)
      for duration_ns in [t.median_ns, t.minimum_ns, t.maximum_ns] {
        text += Decimal.column(Decimal.text(thousandths: duration_ns), width: 12)
      }
      text += Decimal.column(ratio(row, rows), width: 9) + "\n"
    }
    return text
  }

  static func json(_ rows: [Row]) -> String {
    let machines = rows.map { row in
      let t = row.timings
      return "{\"memory\":\(row.memory),\"rounds\":\(t.sorted.count)"
        + ",\"median_us\":\(Decimal.text(thousandths: t.median_ns))"
        + ",\"min_us\":\(Decimal.text(thousandths: t.minimum_ns))"
        + ",\"max_us\":\(Decimal.text(thousandths: t.maximum_ns))"
        + ",\"ratio\":\(ratio(row, rows))}"
    }
    return "{\"bench\":\"boot\",\"machines\":[\(machines.joined(separator: ","))]}\n"
  }

  /// A row's median beside that of the last row.
  private static func ratio(_ row: Row, _ rows: [Row]) -> String {
    Decimal.ratio(row.timings.median_ns, max(1, rows[rows.count - 1].timings.median_ns))
  }
}
