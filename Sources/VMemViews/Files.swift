package import VMem

extension Views {
  /// A file, and the path of a host file.
  package struct FileRow {
    let address: UInt64
    let file: File
    let path: [UInt8]

    public init(address: UInt64, file: File, path: [UInt8]) {
      self.address = address
      self.file = file
      self.path = path
    }
  }

  /// A folio of a file, or a page that is out.
  package struct FolioRow {
    let index: UInt64
    let pfn: UInt32?
    let order: UInt32
    let frame: Frame?
    let isDirty: Bool

    public init(_ machine: borrowing Machine, index: UInt64, pfn: UInt32?, order: UInt32) {
      self.index = index
      self.pfn = pfn
      self.order = order
      frame = pfn.flatMap { machine.pageSets.structPage(UInt64($0)) }
      isDirty = (frame?.flags ?? 0) & machine.ram.pageFlags.dirty != 0
    }

    var count: UInt64 { 1 << UInt64(order) }
  }

  /// A dma-buf and its pages.
  package struct BufferRow {
    let address: UInt64
    let buffer: DmaBuf
    let pages: [UInt64]

    public init(address: UInt64, buffer: DmaBuf, pages: [UInt64]) {
      self.address = address
      self.buffer = buffer
      self.pages = pages
    }
  }

  /// A row for each file.
  package static func files(_ rows: [FileRow], to output: inout ViewOutput) {
    for row in rows {
      let file = row.file
      let seals = Seals.words.filter { file.seals.contains($0.seal) }.map { "\($0.name)" }
      let path = String(decoding: row.path, as: UTF8.self)
      if output.isJSON {
        output.beginObject()
        output.field("address", address: row.address)
        output.field("ino", count: UInt64(file.number))
        output.field("kind", text: "\(file.kind)")
        output.field("size", count: file.size)
        output.field("nrpages", count: UInt64(file.pageCount))
        output.field("folio_order", count: UInt64(file.folioOrder))
        output.field("users", count: UInt64(file.references))
        output.field("open", count: UInt64(file.descriptors))
        output.field("seals", text: seals.joined(separator: ","))
        output.field("path", text: path)
        output.endObject()
        continue
      }
      output.writer.address(row.address)
      var text = " ino=\(file.number) kind=\(file.kind) size=\(file.size)"
      text += " nrpages=\(file.pageCount) folio_order=\(file.folioOrder) users=\(file.references)"
      if !file.isOpen { text += " closed" }
      if !seals.isEmpty { text += " seals=" + seals.joined(separator: ",") }
      if file.isOptimized { text += " hvo" }
      if !path.isEmpty { text += " path=" + path.printable }
      output.writer.write(text)
      output.endLine()
    }
  }

  /// A row for each folio, hole, and run of pages that are out, up to the file's end.
  package static func folios(_ rows: [FolioRow], size: UInt64, to output: inout ViewOutput) {
    var next: UInt64 = 0
    let end = size / 4096 + (size % 4096 == 0 ? 0 : 1)
    for row in rows {
      if row.index > next { pages(next, row.index, "hole", nil, to: &output) }
      if row.pfn != nil {
        pages(row.index, row.index + row.count, "folio", row, to: &output)
      } else {
        pages(row.index, row.index + 1, "shadow", nil, to: &output)
      }
      next = row.index + row.count
    }
    if next < end { pages(next, end, "hole", nil, to: &output) }
  }

  private static func pages(
    _ first: UInt64, _ end: UInt64, _ kind: String, _ row: FolioRow?, to output: inout ViewOutput
  ) {
    let isDirty = row?.isDirty ?? false
    let references = Int64(row?.frame?.refcount ?? 0)
    let mapped = UInt64((row?.frame?.mapcount ?? .max) &+ 1)
    if output.isJSON {
      output.beginObject()
      output.field("first", count: first)
      output.field("end", count: end)
      output.field("kind", text: kind)
      if let row {
        output.field("order", count: UInt64(row.order))
        output.field("pfn", count: UInt64(row.pfn ?? 0))
        output.field("refcount", count: UInt64(max(0, references)))
        output.field("mapcount", count: mapped)
        output.field("dirty", count: isDirty ? 1 : 0)
      }
      return output.endObject()
    }
    var text = "\(first)..\(end) \(kind)"
    if let row {
      text += " order=\(row.order) pfn=\(row.pfn ?? 0) refcount=\(references) mapcount=\(mapped)"
      if isDirty { text += " dirty" }
    }
    output.writer.write(text)
    output.endLine()
  }

  /// `/sys/kernel/debug/dma_buf/bufinfo`: a row for each buffer, and its pages as runs of frames. The
  /// corresponding kernel function is `dma_buf_debug_show`.
  package static func dmabufs(_ rows: [BufferRow], to output: inout ViewOutput) {
    for row in rows {
      let buffer = row.buffer
      let size = UInt64(buffer.pageCount) << 12
      if output.isJSON {
        output.beginObject()
        output.field("address", address: row.address)
        output.field("ino", count: UInt64(buffer.number))
        output.field("size", count: size)
        output.field("exporter", text: "udmabuf")
        output.field("users", count: UInt64(buffer.references))
        output.field("open", count: buffer.isOpen ? 1 : 0)
        output.field("vmapping_counter", count: UInt64(buffer.mapCount))
        output.field("vmap", address: buffer.address)
        output.field("pages", text: runs(row.pages))
        output.endObject()
        continue
      }
      output.writer.address(row.address)
      var text = " ino=\(buffer.number) size=\(size) exp_name=udmabuf users=\(buffer.references)"
      if !buffer.isOpen { text += " closed" }
      if buffer.mapCount > 0 {
        text += " vmapping_counter=\(buffer.mapCount) vmap=0x" + String(buffer.address, radix: 16)
      }
      output.writer.write(
        text + (buffer.closesOnExec ? " cloexec" : "") + " pfns=" + runs(row.pages))
      output.endLine()
    }
  }

  /// Frame numbers as runs: `512..1023,7`.
  private static func runs(_ pages: [UInt64]) -> String {
    var parts: [String] = []
    var at = 0
    while at < pages.count {
      var end = at + 1
      while end < pages.count, pages[end] == pages[end - 1] + 1 { end += 1 }
      parts.append(end == at + 1 ? "\(pages[at])" : "\(pages[at])..\(pages[end - 1])")
      at = end
    }
    return parts.joined(separator: ",")
  }
}
