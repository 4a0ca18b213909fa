package import VMem

extension Views {
  /// What is armed for each kind of allocation, with its counts: a line, or in JSON an object, a kind.
  package static func injections(
    _ injections: [(kind: InjectionKind, armed: Injection?)], to output: inout ViewOutput
  ) {
    for (kind, armed) in injections {
      if output.isJSON {
        json(kind, armed, to: &output)
      } else {
        text(kind, armed, to: &output)
      }
    }
  }

  private static func text(
    _ kind: InjectionKind, _ armed: Injection?, to output: inout ViewOutput
  ) {
    output.writer.write(kind.name)
    if let armed {
      let filter = armed.filter.map { " \(kind.filterName)=\(kind.filterText($0))" } ?? ""
      output.writer.write(
        " after=\(armed.after) every=\(armed.every) times=\(armed.times)\(filter)"
          + " seen \(armed.seen) failed \(armed.failed)")
    } else {
      output.writer.write(" off")
    }
    output.endLine()
  }

  private static func json(
    _ kind: InjectionKind, _ armed: Injection?, to output: inout ViewOutput
  ) {
    output.beginObject()
    output.field("kind", literal: kind.name)
    output.field("armed", flag: armed != nil)
    if let armed {
      output.field("after", count: UInt64(armed.after))
      output.field("every", count: UInt64(armed.every))
      output.key("times")
      output.writer.write("\(armed.times)")
      if let filter = armed.filter {
        output.field(kind.filterName, text: kind.filterText(filter))
      }
      output.field("seen", count: armed.seen)
      output.field("failed", count: armed.failed)
    }
    output.endObject()
  }
}

extension InjectionKind {
  /// A value of the kind's filter as `inject` takes it.
  func filterText(_ value: UInt32) -> String {
    let words = filterWords
    return Int(value) < words.count ? "\(words[Int(value)])" : "\(value)"
  }
}

extension Machine {
  /// Says that an allocation was made to fail since a record of the log, and which; nil when none was.
  package borrowing func injectionText(since start: UInt64) -> String? {
    let log = log
    for number in max(start, log.start)..<max(log.end, log.start, start) {
      let record = log[number]
      if record.message == KernelMessage.faultInjected.rawValue,
        let kind = InjectionKind(rawValue: UInt8(truncatingIfNeeded: record.a))
      {
        let value = kind.filterText(UInt32(truncatingIfNeeded: record.a >> 8))
        return "inject \(kind.name) made call \(record.b) fail (\(kind.filterName) \(value))"
      }
    }
    return nil
  }
}
