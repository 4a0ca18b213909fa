internal import VMem

/// Writes the bytes of segments, one after the other; what holds nothing becomes zeroes unread.
struct SegmentWriter: ~Copyable {
  var sink: DumpSink
  private let objects: KernelObjects?
  private let used: FrameSet
  private let walk: LeafWalk
  /// Address of the next byte.
  private var at: UInt64 = 0

  init(
    _ machine: borrowing Machine, _ objects: KernelObjects? = nil, sink: consuming DumpSink
  ) {
    self.sink = sink
    self.objects = objects
    used = machine.usedFrames()
    walk = LeafWalk(machine)
  }

  mutating func write(_ segment: CoreSegment, _ machine: borrowing Machine) {
    // Frames may have no address.
    at = segment.source == .frames ? segment.physical : segment.address
    let end = at &+ segment.size
    // What there is to read; all else of the segment is zeroes.
    let size = min(segment.readable, segment.size)
    switch segment.source {
    case .frames: copy(machine, at, segment.physical >> 12, segment.size >> 12)
    case .mapped:
      walk.forEachLeaf(in: segment.address...end - 1) { address, pfn, pages in
        copy(machine, address, pfn, pages)
      }
    case .kernel: copyKernel(machine, segment.physical, segment.size)
    case .structPages:
      walk.forEachLeaf(in: segment.address...end - 1) { address, pfn, pages in
        used.forEachRun(in: pfn..<pfn + pages) { run in
          for frame in run {
            let page = address + (frame - pfn) << 12
            skip(to: page)
            copyKernel(machine, objects!.structPage(at: page - segment.address), 4096)
          }
        }
      }
    case .kcore where size == 0: break
    case .kcore:
      // A reader of /proc/kcore gets nothing of an area that lies elsewhere.
      let windows = [
        machine.map.vmallocStart...machine.map.vmallocEnd,
        machine.map.modulesStart...AddressMap.modulesEnd - 1,
      ]
      let range = segment.address...segment.address + size - 1
      for window in windows where window.overlaps(range) {
        walk.forEachLeaf(in: range.clamped(to: window)) { address, pfn, pages in
          read(machine, address, pfn, pages)
        }
      }
    }
    skip(to: end)
  }

  private mutating func skip(to address: UInt64) {
    sink.writeZeroes(address - at)
    at = address
  }

  /// Writes pages of the kernel's own memory, from a physical address on.
  private mutating func copyKernel(
    _ machine: borrowing Machine, _ physical: UInt64, _ size: UInt64
  ) {
    guard let objects else { return }
    var words: [UInt64] = []
    let start = at
    for page in stride(from: 0, to: size, by: 4096) {
      guard sink.failure == nil else { return }
      objects.read(page: physical + page, machine, into: &words)
      guard words.contains(where: { $0 != 0 }) else { continue }
      skip(to: start + page)
      // Safe: the words outlive the call.
      unsafe words.withUnsafeBytes { unsafe sink.write($0) }
      at += 4096
    }
  }

  /// Writes frames as they are.
  private mutating func copy(
    _ machine: borrowing Machine, _ address: UInt64, _ pfn: UInt64, _ pages: UInt64
  ) {
    used.forEachRun(in: pfn..<pfn + pages) { run in
      guard sink.failure == nil else { return }
      skip(to: address + (run.lowerBound - pfn) << 12)
      unsafe machine.ram.withFrames(run) { bytes in unsafe sink.write(bytes) }
      at += UInt64(run.count) << 12
    }
  }

  /// Writes pages as a reader of /proc/kcore gets them.
  private mutating func read(
    _ machine: borrowing Machine, _ address: UInt64, _ pfn: UInt64, _ pages: UInt64
  ) {
    func page(_ address: UInt64) {
      guard sink.failure == nil else { return }
      machine.mmu.kcoreRead(address, count: 4096) { bytes in
        guard bytes.indices.contains(where: { bytes[$0] != 0 }) else { return }
        skip(to: address)
        sink.write(bytes)
        at += UInt64(bytes.count)
      }
    }
    if pfn < UInt64(machine.ram.frameCount) {
      used.forEachRun(in: pfn..<pfn + pages) { run in
        for frame in run { page(address + (frame - pfn) << 12) }
      }
    } else {
      // Device memory answers for itself.
      for index in 0..<pages { page(address + index << 12) }
    }
  }
}
