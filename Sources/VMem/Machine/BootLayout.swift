/// Where boot puts the structures that must exist before the allocator does, as the kernel's
/// memblock would: ascending from frame 1, around the device hole at 640 KiB.
struct BootLayout {
  /// Frames of device space in low memory: [0xa0000, 0x100000).
  static let hole: (from: UInt32, to: UInt32) = (0xa0, 0x100)

  /// Free frames for the first slabs, and for a first area with a name.
  private static let spareFrames: UInt32 = 16

  private(set) var zones: UInt32 = 0
  private(set) var vmapNodes: UInt32 = 0
  private(set) var perCPU: UInt32 = 0
  private(set) var log: UInt32 = 0
  private(set) var topTable: UInt32 = 0
  private(set) var windowTables: UInt32 = 0
  private(set) var mapTables: UInt32 = 0
  private(set) var frameTable: UInt32 = 0
  /// State of PKMAP, and the tables of both windows; nothing on machines without.
  private(set) var kmap: UInt32 = 0
  private(set) var kmapTables: UInt32 = 0
  /// Frames at the end of RAM, which no zone has: the TLBs that the hole is too small for.
  private(set) var tlbs: UInt32 = 0
  /// Where RAM ends that is not cut off in the hole.
  private(set) var end: UInt32 = 0
  /// CPUs whose TLBs are in the device hole, where no memory is to be had.
  private(set) var tlbsInHole: UInt32 = 0
  /// Ranges of frames that are not the allocator's, ascending and apart, if they are wanted.
  private(set) var taken: [(from: UInt32, to: UInt32)] = []
  /// Bytes up to the end of these structures and of the spare frames.
  private(set) var neededMemory: UInt64 = 0

  private var next: UInt32 = 1
  private let listsTaken: Bool

  /// - Parameter listsTaken: whether `taken` is wanted, which opening an image has no use for.
  init(_ c: Configuration, listsTaken: Bool = true) {
    self.listsTaken = listsTaken
    let map = AddressMap(c)
    let total = UInt32(c.memory >> 12)
    let zoneBytes = c.nodes * ZoneKind.count * MemoryLayout<Zone>.stride
    zones = take(UInt32((zoneBytes + 4095) / 4096))
    vmapNodes = take(VmapNode.framesNeeded(cpus: c.cpus))
    perCPU = take(PerCPU.framesNeeded(cpus: c.cpus))
    log = take(UInt32(KernelLog.frames))
    topTable = take(1)
    windowTables = take(
      UInt32(
        Level.index(of: map.vmallocEnd, depth: c.levels)
          - Level.index(of: map.vmallocStart, depth: c.levels) + 1))
    // Direct map and struct pages: at most three small tables each, a PUD table for every top
    // entry (64 GiB lie under one), and a P4D table with 5 levels.
    mapTables = take(UInt32(2 * (c.levels - 1) + 2))
    // Struct pages: where 2 MiB of them are to be mapped by one leaf they must be aligned to that.
    // Below the hole's end their number does not depend on the size, so that a larger machine never
    // lacks room that a smaller one has.
    let tableFrames = UInt32((UInt64(max(total, Self.hole.to)) * 64 + 4095) / 4096)
    let large = UInt32(Level.pages(depth: 2))
    frameTable = take(tableFrames, alignment: tableFrames >= large ? large : 1)
    if let window = c.kmapWindow {
      kmap = take(Pkmap.framesNeeded(window))
      kmapTables = take(UInt32(c.levels - 2 + Self.regions(window, c).count))
    }
    // Spare frames in the device hole would be none.
    let below = next <= Self.hole.from ? Self.hole.from - next : Self.spareFrames
    let spareEnd =
      below < Self.spareFrames ? Self.hole.to + Self.spareFrames - below : next + Self.spareFrames
    let frames = TLBState(entries: c.tlbEntries).framesPerCPU
    tlbs = UInt32(c.cpus) * frames
    end = total < Self.hole.to ? min(total, Self.hole.from) : total
    if total < Self.hole.to, next + Self.spareFrames + tlbs <= Self.hole.from {
      neededMemory = UInt64(next + Self.spareFrames + tlbs) << 12
    } else {
      let room = Self.hole.to - Self.hole.from
      tlbsInHole = frames == 0 ? 0 : min(UInt32(c.cpus), room / frames)
      tlbs -= tlbsInHole * frames
      neededMemory = UInt64(max(Self.hole.to, spareEnd) + tlbs) << 12
    }
    if listsTaken { merge() }
  }

  /// Addresses of the parts of 2 MiB that the windows of kmap lie in, ascending.
  static func regions(_ window: KmapWindow, _ c: Configuration) -> [UInt64] {
    let size = Level.size(depth: 2)
    let lowest = window.localAddress(c.localSlots - 1)
    var regions: Set<UInt64> = []
    for (first, last) in [(window.base, window.end - 1), (lowest, window.localTop)] {
      for region in first / size...last / size { regions.insert(region * size) }
    }
    return regions.sorted()
  }

  private mutating func take(_ count: UInt32, alignment: UInt32 = 1) -> UInt32 {
    var from = (next + alignment - 1) / alignment * alignment
    if from < Self.hole.to && from + count > Self.hole.from {
      from = (Self.hole.to + alignment - 1) / alignment * alignment
    }
    if count > 0, listsTaken { taken.append((from, from + count)) }
    next = from + count
    return from
  }

  private mutating func merge() {
    taken += [(0, 1), Self.hole]
    taken.sort { $0.from < $1.from }
    var merged: [(from: UInt32, to: UInt32)] = []
    for range in taken {
      if let last = merged.last, last.to >= range.from {
        merged[merged.count - 1].to = max(last.to, range.to)
      } else {
        merged.append(range)
      }
    }
    taken = merged
  }

  /// The least RAM that boots with a configuration, whatever its `memory`.
  static func smallestMemory(_ c: Configuration) -> UInt64 {
    var trial = c
    trial.memory = 4096
    while true {
      let needed = BootLayout(trial, listsTaken: false).neededMemory
      if needed <= trial.memory { return trial.memory }
      trial.memory = needed
    }
  }

  /// First frame of a NUMA node: nodes are equal parts that begin on 4 MiB.
  static func nodeStart(_ node: Int, _ c: Configuration) -> UInt32 {
    UInt32(UInt64(node) * (c.memory >> 12) / UInt64(c.nodes)) & ~1023
  }

  /// The frames of one zone of a node.
  static func zone(
    _ node: Int, _ kind: ZoneKind, _ c: Configuration, _ layout: BootLayout
  ) -> (start: UInt32, end: UInt32) {
    let fourGiB = UInt32(1) << 20
    let from = nodeStart(node, c)
    let ends = layout.end - layout.tlbs
    let to = node + 1 == c.nodes ? ends : min(nodeStart(node + 1, c), ends)
    let low = min(to, UInt32((c.memory - c.highmem) >> 12))
    let (first, end) =
      switch kind {
      case .dma32: (from, min(low, fourGiB))
      case .normal: (max(from, fourGiB), low)
      case .highmem: (max(from, low), to)
      }
    return (min(first, end), end)
  }
}
