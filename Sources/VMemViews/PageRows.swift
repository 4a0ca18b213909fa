package import VMem

extension Views {
  /// One line of `page`: what the struct page of a frame says. Frames past RAM have none and show
  /// as device memory.
  package static func page(_ machine: borrowing Machine, _ pfn: UInt64, to output: inout ViewOutput)
  {
    let frame = machine.pageSets.structPage(pfn)
    let isMapped = frame.map { $0.type == nil && $0.refcount > 0 } ?? false
    let mapcount = isMapped ? UInt64((frame?.mapcount ?? 0) &+ 1) : 0
    let order =
      frame.map { $0.type == .buddy ? $0.private : UInt64($0.order) } ?? 0
    if output.isJSON {
      output.beginObject()
      output.field("pfn", count: pfn)
      output.field("flags", address: frame?.flags ?? 0)
      output.field("refcount", count: UInt64(max(0, frame?.refcount ?? 0)))
      output.field("mapcount", count: mapcount)
      output.field("order", count: order)
      output.field("node", count: UInt64(frame?.node ?? 0))
      output.field("owner", text: owner(machine, pfn))
      return output.endObject()
    }
    output.writer.write("pfn=")
    output.writer.decimal(pfn)
    output.writer.write(" flags=0x")
    output.writer.hex(frame?.flags ?? 0)
    output.writer.write(" refcount=")
    output.writer.decimal(Int64(frame?.refcount ?? 0))
    output.writer.write(" mapcount=")
    output.writer.decimal(mapcount)
    output.writer.write(" order=")
    output.writer.decimal(order)
    output.writer.write(" node=")
    output.writer.decimal(frame?.node ?? 0)
    output.writer.write(" owner=")
    output.writer.write(owner(machine, pfn))
    output.endLine()
  }

  /// Who has a frame: the page's name, or what the machine uses the frame for.
  static func owner(_ machine: borrowing Machine, _ pfn: UInt64) -> String {
    if let name = pageName(machine, pfn) { return name }
    guard pfn < UInt64(machine.ram.frameCount) else { return "device" }
    switch machine.pageSets.use(ofFrame: pfn) {
    case .free: return "free"
    case .perCPU: return "free-per-cpu"
    case .reserved: return "reserved"
    case .table: return "page-table"
    case .slab: return "slab"
    case .array: return "array"
    case .allocated: return "unnamed"
    }
  }

  /// `P[3]` for page 3 of the pages named P; nil for a frame without a name.
  static func pageName(_ machine: borrowing Machine, _ pfn: UInt64) -> String? {
    machine.pageSets.nameAndIndex(ofFrame: pfn).map {
      "\(text(machine.names.name($0.name)))[\($0.index)]"
    }
  }

  static func text(_ name: Name) -> String {
    let bytes = name.text.span.extracting(first: Int(name.length))
    return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self).printable
  }
}
