internal import CPeer
internal import Glibc
internal import VMem
internal import VMemViews

/// Rows of vmallocinfo a second, beside the C library's snprintf of the same rows.
struct VmallocinfoBenchmark {
  /// Areas of one page, a row each.
  let areas: Int
  let rounds: Int

  struct Report {
    let bytes: Int
    let ours: Timings
    let peer: Timings
  }

  func run() throws(ProcessFailure) -> Report {
    let machine = try booted()
    var rows: [cpeer_row] = []
    rows.reserveCapacity(areas)
    machine.forEachBusyArea {
      rows.append(cpeer_row(start: $0.start, end: $0.end, pages: UInt64($0.pageCount)))
    }
    let bytes = try checkedSize(machine, rows)
    let sink = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard sink >= 0 else {
      throw ProcessFailure(
        message: "/dev/null: \(Streams.text(ofErrno: errno))", exitCode: EX_IOERR)
    }
    defer { close(sink) }
    var ours: [UInt64] = []
    var peer: [UInt64] = []
    // The first round is not counted.
    for round in 0...rounds {
      let (ours_ns, peer_ns) = (Self.write(machine, sink), Self.write(rows, sink))
      guard round > 0 else { continue }
      ours.append(ours_ns)
      peer.append(peer_ns)
    }
    return Report(bytes: bytes, ours: Timings(ours), peer: Timings(peer))
  }

  private func booted() throws(ProcessFailure) -> Machine {
    var configuration = Configuration()
    // A page and half a kilobyte of descriptors, tables and lists for each area.
    configuration.memory = 64 << 20 + (UInt64(areas) * 5120 + 4095) & ~4095
    let machine = try Machine.booted(configuration)
    do throws(Refusal) {
      var request = VmallocRequest(size: 4096)
      request.caller = try machine.intern(caller: Array("vmemctl+0x0/0x0".utf8).span)
      for _ in 0..<areas { _ = try machine.vmalloc(request) }
    } catch {
      throw ProcessFailure(message: "an area was refused: \(error.rule)", exitCode: 1)
    }
    return machine
  }

  private static func write(_ machine: borrowing Machine, _ descriptor: Int32) -> UInt64 {
    let start_ns = Timings.now_ns()
    var output = ViewOutput(descriptor: descriptor, format: .text)
    Views.vmallocinfo(machine, pointers: .real, to: &output)
    output.writer.flush()
    return Timings.now_ns() - start_ns
  }

  private static func write(_ rows: [cpeer_row], _ descriptor: Int32) -> UInt64 {
    let start_ns = Timings.now_ns()
    // Safe: the array holds as many rows.
    _ = unsafe rows.withUnsafeBufferPointer {
      unsafe cpeer_write_rows(descriptor, $0.baseAddress!, $0.count)
    }
    return Timings.now_ns() - start_ns
  }

  /// Bytes of all rows, once both have written the same.
  private func checkedSize(
    _ machine: borrowing Machine, _ rows: [cpeer_row]
  ) throws(ProcessFailure) -> Int {
    guard let ours = unsafe tmpfile(), let peer = unsafe tmpfile() else {
      throw ProcessFailure(
        message: "tmpfile: \(Streams.text(ofErrno: errno))", exitCode: EX_IOERR)
    }
    // Safe: both are open, and closed once.
    defer { _ = unsafe (fclose(ours), fclose(peer)) }
    let files = unsafe (fileno(ours), fileno(peer))
    _ = Self.write(machine, files.0)
    _ = Self.write(rows, files.1)
    let size = lseek(files.0, 0, SEEK_CUR)
    guard size > 0, size == lseek(files.1, 0, SEEK_CUR), Self.areEqual(files, size) else {
      throw ProcessFailure(
        message: "the rows and those of snprintf differ", exitCode: EX_SOFTWARE)
    }
    return Int(size)
  }

  private static func areEqual(_ files: (Int32, Int32), _ size: Int) -> Bool {
    // Safe: private views of files that nobody changes, compared within their size.
    let (a, b) = unsafe (
      mmap(nil, size, PROT_READ, MAP_PRIVATE, files.0, 0),
      mmap(nil, size, PROT_READ, MAP_PRIVATE, files.1, 0)
    )
    defer { _ = unsafe (munmap(a, size), munmap(b, size)) }
    guard let a = unsafe a, let b = unsafe b, unsafe a != MAP_FAILED, unsafe b != MAP_FAILED
    else { return false }
    return unsafe memcmp(a, b, size) == 0
  }

  // MARK: Report

  func text(_ report: Report) -> String {
    """
    rows           \(areas), \(report.bytes >> 20) MiB
    rows per s     \(rate(report.ours.median_ns))
      slowest      \(rate(report.ours.maximum_ns))
      fastest      \(rate(report.ours.minimum_ns))
    snprintf       \(rate(report.peer.median_ns))
    times as fast  \(ratio(report))

    """
  }

  func json(_ report: Report) -> String {
    "{\"bench\":\"vmallocinfo\",\"areas\":\(areas),\"bytes\":\(report.bytes)"
      + ",\"rounds\":\(report.ours.sorted.count)"
      + ",\"rows_per_s\":\(rate(report.ours.median_ns))"
      + ",\"rows_per_s_min\":\(rate(report.ours.maximum_ns))"
      + ",\"rows_per_s_max\":\(rate(report.ours.minimum_ns))"
      + ",\"peer_rows_per_s\":\(rate(report.peer.median_ns))"
      + ",\"ratio\":\(ratio(report))}\n"
  }

  private func rate(_ duration_ns: UInt64) -> UInt64 {
    UInt64(areas) * 1_000_000_000 / max(1, duration_ns)
  }

  private func ratio(_ report: Report) -> String {
    Decimal.ratio(report.peer.median_ns, max(1, report.ours.median_ns))
  }
}
