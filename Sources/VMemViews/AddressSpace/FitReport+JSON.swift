extension FitReport {
  /// The report as one JSON object.
  package var json: [UInt8] {
    var output = ViewOutput(descriptor: nil, format: .json)
    output.beginObject()
    output.field("size", count: extent.size)
    output.field("align", count: extent.align)
    Self.state(now, "now", to: &output)
    if let purged {
      Self.state(purged, "purged", to: &output)
    } else {
      output.key("purged")
      output.writer.write("null")
    }
    if let obstacle { between(obstacle, to: &output) }
    output.endInnerObject()
    return output.writer.takeBytes()
  }

  /// The largest hole, now or after a purge, in bytes.
  var largest: UInt64 { max(now.largest?.bytes ?? 0, purged?.largest?.bytes ?? 0) }

  private static func state(_ state: State, _ name: StaticString, to output: inout ViewOutput) {
    output.beginObject(name)
    if let largest = state.largest {
      output.beginObject("largest")
      fields(largest, to: &output)
      output.endInnerObject()
    }
    output.field("misaligned", count: UInt64(state.misaligned))
    output.field("passed_over", count: UInt64(state.passedOver))
    output.endInnerObject()
  }

  private func between(_ obstacle: Obstacle, to output: inout ViewOutput) {
    output.beginObject("between")
    output.field("size", count: obstacle.joined)
    output.field("enough", flag: obstacle.isEnough)
    for (name, hole) in zip(["below", "above"] as [StaticString], obstacle.holes) {
      output.beginObject(name)
      Self.fields(hole, to: &output)
      output.endInnerObject()
    }
    output.beginArray("areas")
    for (at, (area, words)) in zip(obstacle.areas, owners).enumerated() {
      if at > 0 { output.writer.write(byte: 0x2c) }
      output.beginObject()
      Self.fields(area, to: &output)
      output.field("kind", literal: area.kind.name)
      if !words.name.isEmpty { output.field("name", text: words.name) }
      output.field("caller", text: words.caller)
      output.endInnerObject()
    }
    output.endArray()
    output.endInnerObject()
  }

  private static func fields(_ segment: Segment, to output: inout ViewOutput) {
    output.field("start", address: segment.start)
    output.field("end", address: segment.last &+ 1)
    output.field("size", count: segment.bytes)
  }
}
