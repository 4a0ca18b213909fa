public import VMem

extension Views {
  /// `/proc/meminfo`: the lines whose values the machine keeps, in the kernel's order and columns.
  ///
  /// The corresponding kernel function is `meminfo_proc_show`.
  public static func meminfo(_ machine: borrowing Machine, to output: inout ViewOutput) {
    let counters = machine.counters
    let free = machine.pageSets.zoneSummaries.reduce(0) { $0 + $1.freeFrames }
    func line(_ label: StaticString, kB: UInt64) {
      if output.isJSON {
        output.beginObject()
        output.field("name", literal: label)
        output.field("kB", count: kB)
        return output.endObject()
      }
      output.writer.write(label)
      output.writer.write(byte: 0x3a)
      output.writer.spaces(15 - label.utf8CodeUnitCount)
      output.writer.decimal(kB, width: 8)
      output.writer.write(" kB")
      output.endLine()
    }
    line("MemTotal", kB: counters.managedFrames * 4)
    line("MemFree", kB: free * 4)
    // Nothing is held back for emergencies, and there is no cache to give back.
    line("MemAvailable", kB: free * 4)
    let cached = machine.files.cachedPages
    line("Cached", kB: cached.all * 4)
    if machine.highMemory > 0 {
      let high = machine.pageSets.zoneSummaries.filter { $0.kind == .highmem }
      let highFree = high.reduce(0) { $0 + $1.freeFrames }
      let highTotal = high.reduce(0) { $0 + $1.managedFrames }
      line("HighTotal", kB: highTotal * 4)
      line("HighFree", kB: highFree * 4)
      line("LowTotal", kB: (counters.managedFrames - highTotal) * 4)
      line("LowFree", kB: (free - highFree) * 4)
    }
    line("Shmem", kB: cached.shared * 4)
    line("Slab", kB: counters.slabFrames * 4)
    line("SUnreclaim", kB: counters.slabFrames * 4)
    line("KernelStack", kB: machine.stacks.stackStatistics.kernel)
    line("PageTables", kB: counters.accountedTables * 4)
    line("VmallocTotal", kB: (machine.map.vmallocEnd - machine.map.vmallocStart) >> 10)
    line("VmallocUsed", kB: machine.mappings.vmallocPages * 4)
    line("VmallocChunk", kB: 0)
    line("Percpu", kB: percpuPages(machine) * 4)
    line("DirectMap4k", kB: counters.directMap[0] >> 10)
    line("DirectMap2M", kB: counters.directMap[1] >> 10)
    line("DirectMap1G", kB: counters.directMap[2] >> 10)
  }

  /// Pages of per-CPU chunks (`pcpu_nr_pages`), and what is mapped in groups of areas besides.
  private static func percpuPages(_ machine: borrowing Machine) -> UInt64 {
    guard machine.mappings.mayHaveGroups else { return machine.percpu.perCPUPages }
    var groups: [ClosedRange<UInt64>] = []
    machine.vmAreas.forEachBusyArea { if $0.isOfGroup { groups.append($0.start...$0.end - 1) } }
    var pages = machine.percpu.perCPUPages
    let walk = LeafWalk(machine)
    for group in groups { walk.forEachLeaf(in: group) { _, _, count in pages += count } }
    return pages
  }

  /// `/proc/buddyinfo`: free blocks of each zone by order, 0 to 10.
  ///
  /// The corresponding kernel function is `frag_show_print`.
  public static func buddyinfo(_ machine: borrowing Machine, to output: inout ViewOutput) {
    for zone in machine.pageSets.zoneSummaries {
      let name: StaticString =
        switch zone.kind {
        case .dma32: "DMA32"
        case .normal: "Normal"
        case .highmem: "HighMem"
        }
      if output.isJSON {
        output.beginObject()
        output.field("node", count: UInt64(zone.node))
        output.field("zone", literal: name)
        output.beginArray("free")
        for order in zone.freeBlocks.indices { output.element(zone.freeBlocks[order]) }
        output.endArray()
        output.endObject()
        continue
      }
      output.writer.write("Node ")
      output.writer.decimal(zone.node)
      output.writer.write(", zone ")
      output.writer.spaces(8 - name.utf8CodeUnitCount)
      output.writer.write(name)
      output.writer.write(byte: 0x20)
      for order in zone.freeBlocks.indices {
        output.writer.decimal(zone.freeBlocks[order], width: 6)
        output.writer.write(byte: 0x20)
      }
      output.endLine()
    }
  }
}
