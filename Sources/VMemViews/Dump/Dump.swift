package import VMem

/// ELF core files of a machine's memory.
package enum Dump {
  /// Writes what /proc/kcore shows as an ELF core: a PT_LOAD for each area of address space, then
  /// RAM in the direct map, the kernel's objects, the struct pages and the image. Its bytes are those a read of /proc/kcore gives:
  /// device memory, sparse areas, holes and guard pages are zeroes.
  ///
  /// In a file zeroes are holes; frames that were never used are not read.
  /// - Parameter descriptor: open for writing.
  /// - Returns: why it is not complete, or nil.
  package static func kcore(
    _ machine: borrowing Machine, descriptor: Int32
  ) -> ByteWriter.Failure? {
    var segments: [CoreSegment] = []
    machine.vmAreas.forEachBusyArea { area in
      // What a bad image has in the place of an area would make a file of any length.
      precondition(area.reserved & 4095 == 0, "an area is no whole pages")
      var segment = CoreSegment(address: area.start, size: area.reserved, source: .kcore)
      segment.readable = UInt64(machine.mmu.kcoreReads(area).count)
      segments.append(segment)
    }
    let objects = KernelObjects(machine)
    segments += CoreSegment.directMap(machine)
    // Struct pages once, where the kernel has them.
    segments += [.kernel(objects, hasPages: false), .structPages(objects), .image(objects)]
    let notes = CoreNotes.kcore(machine, objects)
    return write(machine, objects, segments, notes, noteAlignment: 0, descriptor)
  }

  /// Writes RAM as a crash dump: PT_LOADs by physical address, without what only the page tables
  /// know, so that a tool has to walk them. Behind RAM lies what the kernel keeps in memory of its own
  /// (`KernelObjects`), which `vmlinux` names.
  ///
  /// - Parameters:
  ///   - image: of the machine's kernel, where the caller has it.
  ///   - damage: done to VMCOREINFO in its note.
  ///   - descriptor: open for writing.
  /// - Returns: why it is not complete, or nil.
  package static func vmcore(
    _ machine: borrowing Machine, image: KernelImage? = nil, damage: VmcoreinfoDamage? = nil,
    descriptor: Int32
  ) -> ByteWriter.Failure? {
    let objects = KernelObjects(machine, image)
    let segments = CoreSegment.frames(machine) + [.kernel(objects)]
    let notes = CoreNotes.vmcore(machine, objects, damage)
    return write(machine, objects, segments, notes, noteAlignment: 4, descriptor)
  }

  /// Writes RAM byte for byte, from physical address 0 on; what holds nothing becomes a hole.
  ///
  /// - Parameter descriptor: open for writing.
  /// - Returns: why it is not complete, or nil.
  package static func memory(
    _ machine: borrowing Machine, descriptor: Int32
  ) -> ByteWriter.Failure? {
    var writer = SegmentWriter(machine, sink: DumpSink(descriptor: descriptor))
    // What the device hole between them holds is no memory of the machine.
    var end: UInt64 = 0
    for range in machine.ramRanges {
      writer.sink.writeZeroes(range.lowerBound - end)
      writer.write(.ram(range, machine.map, .frames), machine)
      end = range.upperBound
    }
    writer.sink.writeZeroes(UInt64(machine.ram.frameCount) << 12 - end)
    return writer.sink.finish()
  }

  private static func write(
    _ machine: borrowing Machine, _ objects: KernelObjects, _ segments: [CoreSegment],
    _ notes: CoreNotes, noteAlignment: UInt64, _ descriptor: Int32
  ) -> ByteWriter.Failure? {
    let header = CoreHeader(segments: segments.count, notesSize: notes.bytes.count)
    var writer = SegmentWriter(machine, objects, sink: DumpSink(descriptor: descriptor))
    writer.sink.write(header.bytes(segments, notes, noteAlignment: noteAlignment).span)
    var offset = header.dataOffset
    for segment in segments {
      let start = segment.fileOffset(from: offset)
      writer.sink.writeZeroes(start &- offset)
      writer.write(segment, machine)
      offset = start &+ segment.size
    }
    return writer.sink.finish()
  }

  /// The kernel's image as an ELF file with symbols and debug information, which fits the dumps of all
  /// machines of the kernel, its switches and the levels.
  package static func vmlinux(_ image: KernelImage) -> [UInt8] { VmlinuxFile(image).bytes }

  /// Writes that file.
  ///
  /// - Parameter descriptor: open for writing.
  /// - Returns: why it is not complete, or nil.
  package static func vmlinux(_ image: KernelImage, descriptor: Int32) -> ByteWriter.Failure? {
    var sink = DumpSink(descriptor: descriptor)
    sink.write(vmlinux(image).span)
    return sink.finish()
  }

  /// The text of VMCOREINFO in a machine's dumps.
  package static func vmcoreinfo(_ machine: borrowing Machine) -> String {
    Vmcoreinfo(KernelObjects(machine), machine).text
  }
}
