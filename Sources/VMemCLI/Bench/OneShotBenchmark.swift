internal import Glibc
internal import VMem

/// A command on an image, its commit included, beside starting a program that does nothing and beside
/// the insertion of a row by sqlite3, where that is installed.
struct OneShotBenchmark {
  /// Areas in the image of each row.
  let areas: [Int]
  let rounds: Int

  struct Row: Equatable {
    let name: String
    let timings: Timings
  }

  func run() throws(ProcessFailure) -> [Row] {
    var name = Array("/tmp/vmemctl-bench-XXXXXX".utf8CString)
    // Safe: the template is a string of our own.
    guard unsafe mkdtemp(&name) != nil else {
      throw ProcessFailure(
        message: "mkdtemp: \(Streams.text(ofErrno: errno))", exitCode: EX_CANTCREAT)
    }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? ChildProcess.run(["rm", "-rf", folder]) }
    var commands: [(String, [String])] = []
    for count in areas {
      let image = "\(folder)/\(count).img"
      try Self.fill(image, count)
      commands.append(
        ("\(count) areas", ["/proc/self/exe", "--image", image, "get_vm_area", "16K"]))
    }
    commands.append(("/bin/true", ["/bin/true"]))
    let database = "\(folder)/rows.db"
    let create = "pragma journal_mode=wal; create table t(a integer primary key, b, c);"
    if (try? ChildProcess.run(["sqlite3", database, create], isQuiet: true)) != nil {
      let insert = "pragma synchronous=normal; insert into t(b, c) values(1, 2);"
      commands.append(("sqlite3", ["sqlite3", database, insert]))
    }
    var durations_ns = [[UInt64]](repeating: [], count: commands.count)
    for round in 0...rounds {
      for (index, command) in commands.enumerated() {
        let start_ns = Timings.now_ns()
        try ChildProcess.run(command.1, isQuiet: true)
        // The first round warms up.
        if round > 0 { durations_ns[index].append(Timings.now_ns() - start_ns) }
      }
    }
    for count in areas { try Self.check("\(folder)/\(count).img", count + rounds + 1) }
    return zip(commands, durations_ns).map { Row(name: $0.0, timings: Timings($1)) }
  }

  /// Makes an image with so many areas.
  private static func fill(_ image: String, _ count: Int) throws(ProcessFailure) {
    let machine = try Machine.booted()
    do throws(Refusal) {
      for _ in 0..<count { _ = try machine.getVMArea(size: 16384) }
    } catch {
      throw ProcessFailure(message: "an area was refused: \(error.rule)", exitCode: 1)
    }
    try ImageFile.create(
      ImagePath(image), machine, ImageFile.Origin(), replacing: nil)
  }

  /// Refuses a figure for work that was not done.
  private static func check(_ image: String, _ count: Int) throws(ProcessFailure) {
    let access = ImageFile.Access(isWriter: false)
    let areas = try ImageFile(ImagePath(image), access)?.machine().counters.busyAreas
    guard areas == UInt64(count) else {
      throw ProcessFailure(
        message: "\(image) has \(areas ?? 0) areas, not \(count)", exitCode: EX_SOFTWARE)
    }
  }

  // MARK: Report

  static func text(_ rows: [Row]) -> String {
    var text = "               median µs      min µs      max µs  to /bin/true\n"
    for row in rows {
      let t = row.timings
      text += row.name + String(repeating: " ", count: max(1, 14 - row.name.utf8.count))
      for duration_ns in [t.median_ns, t.minimum_ns, t.maximum_ns] {
        text += Decimal.column(Decimal.text(thousandths: duration_ns), width: 12)
      }
      text += Decimal.column(ratio(row, rows), width: 14) + "\n"
    }
    if !rows.contains(where: { $0.name == "sqlite3" }) {
      text += "skipped: sqlite3 not installed\n"
    }
    return text
  }

  static func json(_ rows: [Row]) -> String {
    let entries = rows.map { row in
      "{\"name\":\"\(row.name)\",\"median_us\":\(Decimal.text(thousandths: row.timings.median_ns))"
        + ",\"min_us\":\(Decimal.text(thousandths: row.timings.minimum_ns))"
        + ",\"max_us\":\(Decimal.text(thousandths: row.timings.maximum_ns))"
        + ",\"ratio\":\(ratio(row, rows))}"
    }
    return "{\"bench\":\"oneshot\",\"rows\":[\(entries.joined(separator: ","))]}\n"
  }

  private static func ratio(_ row: Row, _ rows: [Row]) -> String {
    let nothing = rows.first { $0.name == "/bin/true" }
    return Decimal.ratio(row.timings.median_ns, max(1, nothing?.timings.median_ns ?? 1))
  }
}
