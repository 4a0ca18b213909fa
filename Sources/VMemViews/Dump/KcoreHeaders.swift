package import VMem

extension Views {
  /// The program headers and the size that /proc/kcore of such a machine has, as `readelf -lW`
  /// shows them: the vsyscall page, the whole windows of vmalloc and of modules, and each range of
  /// RAM with its struct pages. There is no kernel image, and so no row for it.
  ///
  /// The corresponding kernel functions are `read_kcore_iter` and `get_kcore_size`.
  package static func kcoreHeaders(_ machine: borrowing Machine, to output: inout ViewOutput) {
    let map = machine.map
    var segments = [
      CoreSegment(address: 0xffff_ffff_ff60_0000, size: 4096, source: .kcore),
      // The end is the window's last byte, so the size is one short.
      CoreSegment(
        address: map.vmallocStart, size: map.vmallocEnd - map.vmallocStart, source: .kcore),
      CoreSegment(
        address: map.modulesStart, size: AddressMap.modulesEnd - map.modulesStart,
        source: .kcore),
    ]
    segments += CoreSegment.ramAndFrameTable(machine)
    let notes = CoreNotes.kcore(machine, KernelObjects(machine))
    let header = CoreHeader(segments: segments.count, notesSize: notes.bytes.count)
    // kc_vaddr_to_offset: the bits of an address that tell kernel addresses apart.
    let mask: UInt64 = map.levels == 5 ? 1 << 56 - 1 : 1 << 47 - 1
    if !output.isJSON { preamble(segments.count + 1, to: &output) }
    let note = CoreSegment(
      address: 0, size: UInt64(notes.bytes.count), physical: 0, source: .kcore)
    row(note, offset: header.notesOffset, to: &output)
    for segment in segments {
      row(segment, offset: segment.address & mask + header.dataOffset, to: &output)
    }
    let end = segments.map { $0.address & mask + $0.size }.max() ?? 0
    if output.isJSON {
      output.beginObject()
      output.field("size", count: header.dataOffset + end)
      return output.endObject()
    }
    output.writer.decimal(header.dataOffset + end)
    output.endLine()
  }

  private static func preamble(_ count: Int, to output: inout ViewOutput) {
    for line: StaticString in ["", "Elf file type is CORE (Core file)", "Entry point 0x0"] {
      output.writer.write(line)
      output.endLine()
    }
    output.writer.write("There are ")
    output.writer.decimal(count)
    output.writer.write(" program headers, starting at offset 64")
    output.endLine()
    for line: StaticString in [
      "", "Program Headers:",
      "  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg Align",
    ] {
      output.writer.write(line)
      output.endLine()
    }
  }

  /// A row; the one whose address and physical address are both zero is the note.
  private static func row(_ segment: CoreSegment, offset: UInt64, to output: inout ViewOutput) {
    let isNote = segment.address == 0
    if output.isJSON {
      output.beginObject()
      output.field("type", literal: isNote ? "NOTE" : "LOAD")
      output.field("offset", address: offset)
      output.field("vaddr", address: segment.address)
      output.field("paddr", address: segment.physical)
      output.field("filesz", address: segment.size)
      output.field("memsz", address: isNote ? 0 : segment.size)
      return output.endObject()
    }
    output.writer.write(isNote ? "  NOTE           0x" : "  LOAD           0x")
    padded(offset, to: &output)
    output.writer.write(byte: 0x20)
    output.writer.address(segment.address)
    output.writer.write(byte: 0x20)
    output.writer.address(segment.physical)
    output.writer.write(" 0x")
    padded(segment.size, to: &output)
    output.writer.write(" 0x")
    padded(isNote ? 0 : segment.size, to: &output)
    output.writer.write(isNote ? "     0" : " RWE 0x1000")
    output.endLine()
  }

  /// At least six digits, as readelf prints offsets and sizes of files of 64 bits.
  private static func padded(_ value: UInt64, to output: inout ViewOutput) {
    let digits = (67 - value.leadingZeroBitCount) >> 2
    output.writer.hex(value, digits: max(6, digits))
  }
}

extension CoreSegment {
  /// RAM as /proc/kcore lists it: each range followed by the struct pages that describe it. A page
  /// of them that a range before has listed is not listed again.
  ///
  /// The corresponding kernel functions are `kclist_add_private` and `get_sparsemem_vmemmap_info`.
  fileprivate static func ramAndFrameTable(_ machine: borrowing Machine) -> [CoreSegment] {
    var segments: [CoreSegment] = []
    var listed = machine.map.vmemmap
    for range in machine.ramRanges {
      let direct = range.clamped(to: 0..<machine.highmem.directMapSize)
      if !direct.isEmpty { segments.append(.ram(direct, machine.map, .mapped)) }
      let first = machine.map.vmemmap + (range.lowerBound >> 6 & ~4095)
      let end = machine.map.vmemmap + (range.upperBound >> 6 + 4095) & ~4095
      if first >= listed, first < end {
        segments.append(CoreSegment(address: first, size: end - first, source: .mapped))
        listed = end
      }
    }
    return segments
  }
}
