internal import Glibc
internal import VMem
internal import VMemViews

/// Writing a dump of a machine's memory to a file, beside `cp` of that file.
struct KcoreBenchmark {
  enum Shape: String, CaseIterable {
    /// 1 GiB in use, one piece.
    case dense
    /// 125 MiB in use in 2000 pieces all over 64 GiB.
    case sparse

    var memory: UInt64 { self == .dense ? 1 << 30 + 64 << 20 : 64 << 30 }
    /// Pieces, bytes of each, and bytes from one to the next.
    var pieces: (count: UInt64, size: UInt64, stride: UInt64) {
      self == .dense ? (1, 1 << 30, 1 << 30) : (2000, 64 << 10, 32 << 20)
    }
    var used: UInt64 { pieces.count * pieces.size }
    var peer: [String] { self == .dense ? ["cp"] : ["cp", "--sparse=always"] }
  }

  struct Row {
    let shape: Shape
    let ours: Timings
    let peer: Timings
  }

  /// Where the files go for the while.
  let folder: String
  let rounds: Int

  private var file: String { folder + "/vmemctl-bench-kcore" }
  private var copy: String { folder + "/vmemctl-bench-copy" }

  func run() throws(ProcessFailure) -> [Row] {
    // A folder that takes no file is told before gigabytes are filled.
    close(try create(file))
    var rows: [Row] = []
    for shape in Shape.allCases { rows.append(try run(shape)) }
    return rows
  }

  private func run(_ shape: Shape) throws(ProcessFailure) -> Row {
    var configuration = Configuration()
    configuration.memory = shape.memory
    let machine = try Machine.booted(configuration)
    // Past what boot uses, which is little more than the struct pages.
    let pieces = shape.pieces
    let first = shape.memory - pieces.count * pieces.stride
    for piece in 0..<pieces.count {
      let at = machine.map.pageOffset + first + piece * pieces.stride
      try? machine.fill(at, count: pieces.size, byte: UInt8(1 + piece % 255))
    }
    defer { for path in [file, copy] { _ = unsafe unlink(path) } }
    var ours: [UInt64] = []
    var peer: [UInt64] = []
    // The first round is not counted.
    for round in 0...rounds {
      let dump_ns = try write(machine)
      if round == 0 { try DumpCheck(path: file).run(machine) }
      let start_ns = Timings.now_ns()
      try ChildProcess.run(shape.peer + [file, copy])
      let copy_ns = Timings.now_ns() - start_ns
      _ = unsafe unlink(copy)
      guard round > 0 else { continue }
      ours.append(dump_ns)
      peer.append(copy_ns)
    }
    return Row(shape: shape, ours: Timings(ours), peer: Timings(peer))
  }

  /// Nanoseconds of a dump to a new file.
  private func write(_ machine: borrowing Machine) throws(ProcessFailure) -> UInt64 {
    _ = unsafe unlink(file)
    let start_ns = Timings.now_ns()
    let descriptor = try create(file)
    let failure = Dump.kcore(machine, descriptor: descriptor)
    guard close(descriptor) == 0, failure == nil else {
      throw ProcessFailure(message: "\(file): not written", exitCode: EX_IOERR)
    }
    return Timings.now_ns() - start_ns
  }

  private func create(_ path: String) throws(ProcessFailure) -> Int32 {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw ProcessFailure(
        message: "\(path): \(Streams.text(ofErrno: errno))", exitCode: EX_CANTCREAT)
    }
    return descriptor
  }

  // MARK: Report

  static func text(_ rows: [Row]) -> String {
    var text = "   case      used   MiB/s  slowest  fastest  cp MiB/s  times as fast\n"
    for row in rows {
      text += Decimal.column(row.shape.rawValue, width: 7)
      text += Decimal.column("\(row.shape.used >> 20)M", width: 10)
      let widths = [
        (row.ours.median_ns, 8), (row.ours.maximum_ns, 9), (row.ours.minimum_ns, 9),
        (row.peer.median_ns, 10),
      ]
      for (duration_ns, width) in widths {
        text += Decimal.column("\(rate(row, duration_ns))", width: width)
      }
      text += Decimal.column(ratio(row), width: 15) + "\n"
    }
    return text
  }

  static func json(_ rows: [Row]) -> String {
    let cases = rows.map { row in
      "{\"case\":\"\(row.shape.rawValue)\",\"memory\":\(row.shape.memory)"
        + ",\"used\":\(row.shape.used),\"rounds\":\(row.ours.sorted.count)"
        + ",\"mib_per_s\":\(rate(row, row.ours.median_ns))"
        + ",\"mib_per_s_min\":\(rate(row, row.ours.maximum_ns))"
        + ",\"mib_per_s_max\":\(rate(row, row.ours.minimum_ns))"
        + ",\"peer\":\"\(row.shape.peer.joined(separator: " "))\""
        + ",\"peer_mib_per_s\":\(rate(row, row.peer.median_ns)),\"ratio\":\(ratio(row))}"
    }
    return "{\"bench\":\"kcore\",\"cases\":[\(cases.joined(separator: ","))]}\n"
  }

  /// MiB of memory in use a second.
  private static func rate(_ row: Row, _ duration_ns: UInt64) -> UInt64 {
    (row.shape.used >> 20) * 1_000_000_000 / max(1, duration_ns)
  }

  /// How many times as fast as the peer.
  private static func ratio(_ row: Row) -> String {
    Decimal.ratio(row.peer.median_ns, max(1, row.ours.median_ns))
  }
}
