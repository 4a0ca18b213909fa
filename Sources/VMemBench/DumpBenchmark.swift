internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// Writing a crash dump and the kernel's symbols and types that fit it, beside `cp` of both.
struct DumpBenchmark: Benchmark {
  static let name = "dump"
  static let summary = "Time vmcore and vmlinux of a machine with areas, beside cp of both files."

  var folder = "/tmp"
  var areas = 10_000
  var rounds = 11

  static let options: [CommandOption<DumpBenchmark>] = [
    CommandOption(folder: "--folder", \.folder, "where the files go"),
    CommandOption(
      "--areas", \.areas, "areas of one page, on a machine of 1 GiB", in: 1...100_000),
    CommandOption("--rounds", \.rounds, "pairs and copies", in: 1...(.max)),
  ]

  private var core: String { folder + "/vmemctl-bench-vmcore" }
  private var symbols: String { folder + "/vmemctl-bench-vmlinux" }
  private var copies: [String] { [core + "-copy", symbols + "-copy"] }

  func measure() throws(BenchmarkFailure) -> Report {
    close(try BenchmarkFile.create(core))
    defer { BenchmarkFile.remove([core, symbols] + copies) }
    let machine = try booted()
    _ = try pair_ns(machine)
    try DumpCheck(path: core, areas: areas).run(machine)
    let timings = try Timings.ofRounds(rounds) { () throws(BenchmarkFailure) in
      let ours_ns = try pair_ns(machine)
      let start_ns = HostClock.now_ns
      try ChildProcess.run(["cp", core, copies[0]])
      try ChildProcess.run(["cp", symbols, copies[1]])
      let peer_ns = HostClock.now_ns - start_ns
      BenchmarkFile.remove(copies)
      return [ours_ns, peer_ns]
    }
    let ours = Series.nanoseconds("us", timings[0], each: 1000)
    let peer = Series.nanoseconds("peer_us", timings[1], each: 1000)
    return Report(
      facts: [
        .init("areas", areas), .init("memory", machine.configuration.memory),
        .init("bytes", try size(core)), .init("disk", try disk(core)),
        .init("rounds", rounds), .init("peer", "cp"),
      ],
      rows: [.init(series: [ours, peer], ratio: Ratio(ours, timesAsLongAs: peer))])
  }

  private func booted() throws(BenchmarkFailure) -> Machine {
    var configuration = Configuration()
    configuration.memory = 1 << 30
    let machine = try Machine.booted(configuration)
    do throws(Refusal) {
      for _ in 0..<areas { _ = try machine.mappings.vmalloc(VmallocRequest(size: 4096)) }
    } catch {
      throw .refused(error)
    }
    return machine
  }

  /// Nanoseconds of both files, each a new one.
  private func pair_ns(_ machine: borrowing Machine) throws(BenchmarkFailure) -> UInt64 {
    BenchmarkFile.remove([core, symbols])
    let start_ns = HostClock.now_ns
    let image = KernelImage(machine.configuration)
    try write(core) { Dump.vmcore(machine, image: image, descriptor: $0) }
    try write(symbols) { Dump.vmlinux(image, descriptor: $0) }
    return HostClock.now_ns - start_ns
  }

  private func write(
    _ path: String, _ body: (Int32) -> ByteWriter.Failure?
  ) throws(BenchmarkFailure) {
    let descriptor = try BenchmarkFile.create(path)
    let failure = body(descriptor)
    guard close(descriptor) == 0, failure == nil else { throw .host(path, errno: errno) }
  }

  private func status(_ path: String) throws(BenchmarkFailure) -> stat {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .host(path, errno: errno) }
    return status
  }

  /// Bytes of a file, and those of them that are no holes.
  private func size(_ path: String) throws(BenchmarkFailure) -> Int { try status(path).st_size }
  private func disk(_ path: String) throws(BenchmarkFailure) -> Int {
    try status(path).st_blocks * 512
  }
}
