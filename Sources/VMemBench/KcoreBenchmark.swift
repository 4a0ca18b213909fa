internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// Writing a dump of a machine's memory to a file, beside `cp` of that file.
struct KcoreBenchmark: Benchmark {
  static let name = "kcore"
  static let summary =
    "Time writing a dump of 1 GiB, and of 125 MiB all over 64 GiB, beside cp of the file."

  var folder = "/tmp"
  var mib = 1024
  var rounds = 5

  static let options: [CommandOption<KcoreBenchmark>] = [
    CommandOption(
      folder: "--folder", \.folder, "where the files go; they take three times --mib for the while"),
    CommandOption(
      "--mib", \.mib,
      "MiB in use where they are one piece; all over 64 GiB it is an eighth of them",
      in: 1...16384),
    CommandOption("--rounds", \.rounds, "dumps and copies of each", in: 1...(.max)),
  ]

  private struct Shape {
    let name: String
    let memory: UInt64
    let pieces: UInt64
    /// Bytes of each piece, and from one to the next.
    let size: UInt64
    let stride: UInt64
    let peer: [String]

    var used: UInt64 { pieces * size }
  }

  private var shapes: [Shape] {
    let bytes = UInt64(mib) << 20
    return [
      Shape(
        name: "dense", memory: bytes + 64 << 20, pieces: 1, size: bytes, stride: bytes,
        peer: ["cp"]),
      // 64 KiB in every 32 MiB at 1024; more lie as close as they must.
      Shape(
        name: "sparse", memory: 64 << 30, pieces: UInt64(max(1, mib * 2000 / 1024)), size: 64 << 10,
        stride: min(32 << 20, (63 << 30) / UInt64(max(1, mib * 2000 / 1024)) & ~4095),
        peer: ["cp", "--sparse=always"]),
    ]
  }

  private var file: String { folder + "/vmemctl-bench-kcore" }
  private var copy: String { folder + "/vmemctl-bench-copy" }

  func measure() throws(BenchmarkFailure) -> Report {
    // A folder that takes no file is told before gigabytes are filled.
    close(try BenchmarkFile.create(file))
    defer { BenchmarkFile.remove([file, copy]) }
    var rows: [Report.Row] = []
    for shape in shapes { rows.append(try measure(shape)) }
    return Report(list: "cases", rows: rows)
  }

  private func measure(_ shape: Shape) throws(BenchmarkFailure) -> Report.Row {
    var configuration = Configuration()
    configuration.memory = shape.memory
    let machine = try Machine.booted(configuration)
    try fill(machine, shape)
    _ = try dump_ns(machine)
    try DumpCheck(path: file).run(machine)
    // The copy is of the dump, and so comes after it.
    let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
      let ours_ns = try dump_ns(machine)
      let start_ns = HostClock.now_ns
      try ChildProcess.run(shape.peer + [file, copy])
      let peer_ns = HostClock.now_ns - start_ns
      BenchmarkFile.remove([copy])
      return [ours_ns, peer_ns]
    }
    let kib = Int(shape.used >> 10)
    let ours = Series.rate("mib_per_s", timings[0], pieces: kib, unit: 1024)
    let peer = Series.rate("peer_mib_per_s", timings[1], pieces: kib, unit: 1024)
    return Report.Row(
      labels: [
        .init("case", shape.name), .init("memory", shape.memory), .init("used", shape.used),
        .init("rounds", rounds), .init("peer", shape.peer.joined(separator: " ")),
      ],
      series: [ours, peer], ratio: Ratio(ours, timesAsFastAs: peer))
  }

  /// Writes the pieces, past what boot uses, which is little more than the struct pages; pages that the
  /// machine keeps its records in stay as they are.
  private func fill(_ machine: borrowing Machine, _ shape: Shape) throws(BenchmarkFailure) {
    let first = machine.map.pageOffset + shape.memory - shape.pieces * shape.stride
    do throws(Refusal) {
      for piece in 0..<shape.pieces {
        let start = first + piece * shape.stride
        for address in stride(from: start, to: start + shape.size, by: 4096)
        where machine.pageSets.use(ofFrame: (address - machine.map.pageOffset) >> 12) == .free {
          try machine.mmu.fill(address, count: 4096, byte: UInt8(1 + piece % 255))
        }
      }
    } catch {
      throw .refused(error)
    }
  }

  /// Nanoseconds of a dump to a new file.
  private func dump_ns(_ machine: borrowing Machine) throws(BenchmarkFailure) -> UInt64 {
    BenchmarkFile.remove([file])
    let start_ns = HostClock.now_ns
    let descriptor = try BenchmarkFile.create(file)
    let failure = Dump.kcore(machine, descriptor: descriptor)
    guard close(descriptor) == 0, failure == nil else { throw .host(file, errno: errno) }
    return HostClock.now_ns - start_ns
  }
}
