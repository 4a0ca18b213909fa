/// Memory that the direct map does not have: the top of RAM.
extension Highmem {
  /// Frames of the direct map: the frame behind them is the first of high memory.
  var directFrames: UInt32 { ram.frameCount &- ram[ram.highMemory].frames }
  /// Carries out `Machine.highMemory`.
  var highMemory: UInt64 { UInt64(ram[ram.highMemory].frames) << 12 }

  /// Bytes of the direct map.
  package var directMapSize: UInt64 { UInt64(directFrames) << 12 }

  /// `PageHighMem`
  func isHighMemory(_ pfn: UInt64) -> Bool { pfn >= UInt64(directFrames) }

  /// The highest zone that vmalloc takes pages from, whose addresses are not the direct map's.
  var vmallocZone: ZoneKind { ram[ram.highMemory].frames == 0 ? .normal : .highmem }

  /// The machine's windows; nil where every page is in the direct map.
  package var kmapWindow: KmapWindow? {
    let state = ram.highMemory
    guard let kind = KmapWindow.Kind(rawValue: ram[state].window), kind != .none else { return nil }
    return KmapWindow(kind: kind, slots: Int(ram[state].pkmapSlots))
  }

  var pkmap: Pkmap? { kmapWindow.map { Pkmap(ram: ram, map: map, window: $0) } }

  /// `KM_MAX_IDX`: slots of kmap_local for each CPU.
  package var localSlots: Int { has(.debugKmapLocal) ? KmapControl.mostEntries : 16 }
  /// Slots that a mapping takes: with guards two, of which the lower one is empty.
  var localStep: Int { has(.debugKmapLocal) ? 2 : 1 }

  /// Whether a range reaches what only kmap and kmap_local may write.
  @inline(__always)
  func touchesWindows(_ start: UInt64, _ end: UInt64) -> Bool {
    end &- 1 >= KmapWindow.floor && liesInWindows(start, end)
  }

  @inline(never)
  private func liesInWindows(_ start: UInt64, _ end: UInt64) -> Bool {
    guard let window = kmapWindow else { return false }
    let lowest = window.localAddress(localSlots * cpuCount - 1)
    return start < window.end && end &- 1 >= window.base
      || start <= window.localTop && end &- 1 >= lowest
  }

  /// Refuses what is no page of RAM: a kernel would look at a struct page that is not there.
  func checkPage(_ pfn: UInt64, _ function: KernelFunction) throws(Refusal) {
    guard pfn < UInt64(ram.frameCount) else { throw bug(function, .noStructPage, pfn) }
  }

  /// Address of a page in the direct map, which has it.
  func directAddress(_ pfn: UInt64) -> UInt64 { map.pageOffset &+ pfn << 12 }

  /// Carries out `Machine.pageAddress`.
  package func pageAddress(_ pfn: UInt64) throws(Refusal) -> UInt64? {
    guard pfn < UInt64(ram.frameCount) else {
      throw Refusal(.errno(.EINVAL), .noStructPage, pfn)
    }
    guard isHighMemory(pfn), let pkmap else { return directAddress(pfn) }
    return pkmap.slot(ofPage: UInt32(pfn)).map { pkmap.window.address($0) }
  }
}
