/// A line of a trace.
///
/// Whatever wrote it, an event is its name, a colon, and fields; before the name stand the time
/// and a colon, before that perhaps flags, the CPU in brackets, and the task.
struct TraceLine {
  /// Why a line is no event although it has the name of one.
  struct Defect: Error {
    let message: String
  }

  /// The name of an event: its first byte, and the kind.
  struct Name {
    let start: Int
    /// Behind the colon.
    let end: Int
    let kind: TraceEvent.Kind
  }

  let text: Text
  let start: Int
  let end: Int

  init(_ text: Text, _ range: Range<Int>) {
    self.text = text
    start = range.lowerBound
    end = range.upperBound
  }

  /// Where the name of one of the three events stands with its colon.
  var eventName: Name? {
    var at = start + 15
    while at < end {
      at = text.first(UInt8(ascii: ":"), in: at..<end)
      if at < end {
        switch text[at - 1] {
        case UInt8(ascii: "a"): if let name = name("alloc_vmap_area", .alloc, at) { return name }
        case UInt8(ascii: "h"):
          if let name = name("free_vmap_area_noflush", .free, at) { return name }
        case UInt8(ascii: "y"):
          if let name = name("purge_vmap_area_lazy", .purge, at) { return name }
        default: break
        }
      }
      at += 1
    }
    return nil
  }

  private func name(_ name: StaticString, _ kind: TraceEvent.Kind, _ colon: Int) -> Name? {
    let first = colon - name.utf8CodeUnitCount
    guard first >= start, text[first..<colon] == name,
      first == start || isBlank(first - 1) || text[first - 1] == UInt8(ascii: ":")
    else { return nil }
    return Name(start: first, end: colon + 1, kind: kind)
  }

  @inline(__always)
  func isBlank(_ at: Int) -> Bool { text[at] == 0x20 || text[at] == 0x09 }

  var isBlank: Bool { (start..<end).allSatisfy { isBlank($0) } }
}
