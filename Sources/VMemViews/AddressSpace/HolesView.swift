extension Views {
  /// The holes of an address space, the largest first: a line each, with what lies below and above.
  ///
  /// - Parameters:
  ///   - space: as it is, or as a purge leaves it.
  ///   - source: what it is made from.
  ///   - count: lines at most; what is left is one more.
  package static func holes<S: AddressSource & ~Copyable>(
    _ space: AddressSpace, of source: borrowing S, most count: Int, to output: inout ViewOutput
  ) {
    var rest = space.holes
    for at in space.largestHoles(count) {
      let hole = space.all[at]
      rest.remove(hole.bytes)
      let below = at == 0 ? nil : space.all[at - 1]
      let above = at + 1 == space.all.count ? nil : space.all[at + 1]
      let words = [neighbour(below, space, source), neighbour(above, space, source)]
      if output.isJSON {
        output.beginObject()
        output.field("row", literal: "hole")
        fields(hole.start, hole.last &+ 1, hole.bytes, to: &output)
        neighbour("below", below, words[0], to: &output)
        neighbour("above", above, words[1], to: &output)
        output.endObject()
        continue
      }
      output.writer.range(hole, digits: space.digits)
      output.writer.write(byte: 0x20)
      output.writer.decimal(hole.bytes, width: 7)
      output.writer.write(" below: \(words[0]?.line ?? "start of \(space.name)")")
      output.writer.write(" above: \(words[1]?.line ?? "end of \(space.name)")")
      output.endLine()
    }
    guard rest.count > 0 else { return }
    if output.isJSON {
      output.beginObject()
      output.field("row", literal: "more")
      output.field("count", count: UInt64(rest.count))
      output.field("size", count: rest.bytes)
      return output.endObject()
    }
    output.writer.write("\(rest.count) more, \(rest.bytes) bytes")
    output.endLine()
  }

  private static func neighbour<S: AddressSource & ~Copyable>(
    _ segment: Segment?, _ space: AddressSpace, _ source: borrowing S
  ) -> MapWords? {
    guard let segment else { return nil }
    return MapWords(segment, in: space, details: source.details(of: segment))
  }

  static func fields(
    _ start: UInt64, _ end: UInt64, _ size: UInt64, to output: inout ViewOutput
  ) {
    output.field("start", address: start)
    output.field("end", address: end)
    output.field("size", count: size)
  }

  private static func neighbour(
    _ name: StaticString, _ segment: Segment?, _ words: MapWords?, to output: inout ViewOutput
  ) {
    guard let segment, let words else {
      output.key(name)
      return output.writer.write("null")
    }
    output.beginObject(name)
    fields(segment.start, segment.last &+ 1, segment.bytes, to: &output)
    output.field("kind", literal: segment.kind.name)
    if !words.name.isEmpty { output.field("name", text: words.name) }
    output.field("caller", text: words.caller)
    output.endInnerObject()
  }
}

extension ByteWriter {
  /// `0x` and so many hexadecimal digits.
  mutating func address(_ value: UInt64, digits: Int) {
    write("0x")
    // What lies behind the last address of 32 bits has one more.
    hex(value, digits: max(digits, (67 - value.leadingZeroBitCount) >> 2))
  }

  /// As a row of vmallocinfo begins.
  mutating func range(_ segment: Segment, digits: Int) {
    address(segment.start, digits: digits)
    write(byte: 0x2d)
    address(segment.last &+ 1, digits: digits)
  }
}
