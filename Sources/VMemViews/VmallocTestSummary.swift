package import VMem

/// What a record of the log says about a test of test_vmalloc.
struct VmallocTestSummary {
  let test: String
  let passed, failed, xfailed, repeats, loops, average: UInt64

  init(_ record: LogRecord) {
    let low: UInt64 = 0xffff_ffff
    test = VmallocTest(rawValue: Int(record.c >> 32))?.name ?? "?"
    passed = record.a & low
    failed = record.a >> 32
    xfailed = record.b & low
    repeats = record.b >> 32
    loops = record.c & low
    average = record.d
  }
}

extension Views {
  /// What test_vmalloc has logged at its end: a line for each worker's test, and one for each worker.
  package static func testSummary(
    _ records: [LogRecord], of configuration: Configuration, to output: inout ViewOutput
  ) {
    var worker: UInt64 = 0
    for record in records {
      guard let message = KernelMessage(rawValue: record.message) else { continue }
      guard output.isJSON else {
        for line in LogText(record, message, configuration).lines {
          output.writer.write(line)
          output.endLine()
        }
        continue
      }
      output.beginObject()
      output.field("worker", count: worker)
      if message == .testCycles {
        output.field("cycles", count: record.b)
        worker = record.a + 1
      } else {
        let counts = VmallocTestSummary(record)
        output.field("test", text: counts.test)
        output.field("passed", count: counts.passed)
        output.field("failed", count: counts.failed)
        output.field("xfailed", count: counts.xfailed)
        output.field("repeat", count: counts.repeats)
        output.field("loops", count: counts.loops)
        output.field("avg_usec", count: counts.average)
      }
      output.endObject()
    }
  }
}
