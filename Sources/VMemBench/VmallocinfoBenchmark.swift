internal import CPeer
internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// Rows of vmallocinfo a second, beside the C library's snprintf of the same rows.
struct VmallocinfoBenchmark: Benchmark {
  static let name = "vmallocinfo"
  static let summary =
    "Time writing the rows of vmallocinfo to /dev/null, beside snprintf of the same."

  var areas = 1_000_000
  var rounds = 11

  static let options: [CommandOption<VmallocinfoBenchmark>] = [
    CommandOption("--areas", \.areas, "areas of one page, a row each", in: 1...10_000_000),
    CommandOption("--rounds", \.rounds, "times all rows are written", in: 1...(.max)),
  ]

  func measure() throws(BenchmarkFailure) -> Report {
    let machine = try booted()
    var rows: [cpeer_row] = []
    rows.reserveCapacity(areas)
    machine.vmAreas.forEachBusyArea {
      rows.append(cpeer_row(start: $0.start, end: $0.end, pages: UInt64($0.pageCount)))
    }
    let bytes = try checkedSize(machine, rows)
    let sink = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard sink >= 0 else { throw .host("/dev/null", errno: errno) }
    defer { close(sink) }
    let timings = try Timings.ofTurns(2, rounds: rounds) { turn throws(BenchmarkFailure) in
      turn == 0 ? Self.write_ns(machine, sink) : Self.write_ns(rows, sink)
    }
    let ours = Series.rate("rows_per_s", timings[0], pieces: areas)
    let peer = Series.rate("peer_rows_per_s", timings[1], pieces: areas)
    return Report(
      facts: [.init("areas", areas), .init("bytes", bytes), .init("rounds", rounds)],
      rows: [.init(series: [ours, peer], ratio: Ratio(ours, timesAsFastAs: peer))])
  }

  private func booted() throws(BenchmarkFailure) -> Machine {
    var configuration = Configuration()
    // A page and half a kilobyte of descriptors, tables and lists for each area.
    configuration.memory = 64 << 20 + (UInt64(areas) * 5120 + 4095) & ~4095
    let machine = try Machine.booted(configuration)
    do throws(Refusal) {
      var request = VmallocRequest(size: 4096)
      request.caller = try machine.intern(caller: Array("vmemctl+0x0/0x0".utf8).span)
      for _ in 0..<areas { _ = try machine.mappings.vmalloc(request) }
    } catch {
      throw .refused(error)
    }
    return machine
  }

  private static func write_ns(_ machine: borrowing Machine, _ descriptor: Int32) -> UInt64 {
    let start_ns = HostClock.now_ns
    var output = ViewOutput(descriptor: descriptor, format: .text)
    Views.vmallocinfo(machine, pointers: .real, to: &output)
    output.writer.flush()
    return HostClock.now_ns - start_ns
  }

  private static func write_ns(_ rows: [cpeer_row], _ descriptor: Int32) -> UInt64 {
    let start_ns = HostClock.now_ns
    // Safe: the array holds as many rows.
    _ = unsafe rows.withUnsafeBufferPointer {
      unsafe cpeer_write_rows(descriptor, $0.baseAddress!, $0.count)
    }
    return HostClock.now_ns - start_ns
  }

  /// Bytes of all rows, once both have written the same.
  private func checkedSize(
    _ machine: borrowing Machine, _ rows: [cpeer_row]
  ) throws(BenchmarkFailure) -> Int {
    guard let ours = unsafe tmpfile(), let peer = unsafe tmpfile() else {
      throw .host("tmpfile", errno: errno)
    }
    // Safe: both are open, and closed once.
    defer { _ = unsafe (fclose(ours), fclose(peer)) }
    let files = unsafe (fileno(ours), fileno(peer))
    _ = Self.write_ns(machine, files.0)
    _ = Self.write_ns(rows, files.1)
    let size = lseek(files.0, 0, SEEK_CUR)
    guard size > 0, size == lseek(files.1, 0, SEEK_CUR), try Self.areEqual(files, size) else {
      throw .wrong("the rows and those of snprintf differ")
    }
    return Int(size)
  }

  private static func areEqual(
    _ files: (Int32, Int32), _ size: Int
  ) throws(BenchmarkFailure) -> Bool {
    let a = try HostMapping(size: size, protection: PROT_READ, flags: MAP_PRIVATE, file: files.0)
    let b = try HostMapping(size: size, protection: PROT_READ, flags: MAP_PRIVATE, file: files.1)
    // Safe: views of files that nobody changes, compared within their size.
    return unsafe memcmp(a.base, b.base, size) == 0
  }
}
