internal import Glibc

/// Why a file is no machine.
package enum ImageDefect: Error, Equatable, Sendable {
  /// The first frame is no superblock.
  case notAnImage
  /// The superblock is of another format version.
  case version(UInt32)
  /// A value of the superblock is out of its range.
  case damaged
  /// The host refuses to map the file.
  case host
}

/// A machine whose RAM is a private mapping of a file: frame n stands at offset n · 4096.
extension Machine {
  /// The format of what a machine's RAM holds: an image of another cannot be opened.
  package static var imageFormat: UInt32 { Superblock.formatVersion }

  /// Maps the first `size` bytes of a file. `restore` puts frames in their places that are newer than
  /// the file, before anything is read.
  package init(
    image: Int32, size: Int, restore: (RAM) -> Void
  ) throws(ImageDefect) {
    guard size > 0, size % 4096 == 0, size <= Int(Configuration.maximumMemory),
      let memory = HostMemory(size: size, image: image)
    else { throw .host }
    let ram = unsafe RAM(
      base: memory.base, frameCount: UInt32(size >> 12), pastReach: memory.reserved)
    restore(ram)
    let state = ram[Superblock.ref]
    guard state.magic == Superblock.magic else { throw .notAnImage }
    guard state.formatVersion == Superblock.formatVersion else {
      throw .version(state.formatVersion)
    }
    guard state.isPlausible(ram) else { throw .damaged }
    let layout = BootLayout(ram.configuration, listsTaken: false)
    var isRight = ram.hasRightTLBs(layout)
    ram.forEachRoot(layout) { if $0 != $1 { isRight = false } }
    guard isRight else { throw .damaged }
    // A process that ended in the middle of a call made no other.
    if state.callDepth != 0 { ram[Superblock.ref].callDepth = 0 }
    self.init(memory: memory, ram: ram, map: AddressMap(ram.configuration))
  }
}

extension RAM {
  /// The configuration that a machine was booted with.
  var configuration: Configuration {
    let state = Superblock.ref
    var result = Configuration(
      KernelVersion(rawValue: self[state].kernel) ?? .standard,
      Switches(low: self[state].switches, high: self[state].moreSwitches))
    result.memory = UInt64(self[state].frameCount) << 12
    result.cpus = Int(self[state].cpuCount)
    result.nodes = Int(self[state].nodes)
    result.levels = Int(self[state].levels)
    result.vmallocStart = self[state].vmallocStart
    result.lazyMaximum = self[state].areas.lazyMaximum
    result.seed = self[state].seed
    result.tlbEntries = Int(self[TLBState.ref].slots)
    result.highmem = UInt64(self[highMemory].frames) << 12
    result.window = KmapWindow.Kind(rawValue: self[highMemory].window) ?? .none
    result.pkmapSlots = Int(self[highMemory].pkmapSlots)
    return result
  }

  /// Calls `body` with where the superblock has each of the structures that stay where boot puts them,
  /// and with where that is.
  func forEachRoot(_ layout: BootLayout, _ body: (_ found: UInt32, _ expected: UInt32) -> Void) {
    let state = self[Superblock.ref]
    body(state.topTable, layout.topTable)
    body(self[log].frames, layout.log)
    body(state.frameTable, layout.frameTable)
    body(state.zones.granule, layout.zones << 8)
    body(state.perCPU.granule, layout.perCPU << 8)
    body(state.areas.nodes.granule, layout.vmapNodes << 8)
    body(self[highMemory].kmapFrames, layout.kmap)
  }

  /// Whether the TLBs are where boot puts them, and have as many slots.
  func hasRightTLBs(_ layout: BootLayout) -> Bool {
    let state = self[TLBState.ref]
    guard Configuration.isTLBSize(Int(state.slots)) else { return false }
    let expected = TLBState(entries: Int(state.slots))
    return expected.small == state.small && expected.medium == state.medium
      && expected.large == state.large && expected.mask == state.mask
      && expected.framesPerCPU == state.framesPerCPU && state.inHole == layout.tlbsInHole
      && state.others == layout.end &- layout.tlbs
      && state.current == state.firstSlot(self[Superblock.ref].cpu)
  }
}

extension Superblock {
  /// Whether the values that everything else is reached by can be right.
  func isPlausible(_ ram: RAM) -> Bool {
    let frames = ram.frameCount
    return roots == Roots() && areas.freedLast.isNone && frameCount == frames
      && (levels == 4 || levels == 5)
      && (1...UInt32(Configuration.maximumCPUs)).contains(cpuCount)
      && (1...UInt8(Configuration.maximumNodes)).contains(nodes)
      && (1...UInt32(Configuration.maximumCPUs)).contains(areas.nodeCount)
      && ram[ram.highMemory].isPlausible(frames)
      && KernelVersion(rawValue: kernel) != nil && ram.configuration.hasVmallocStart
      && topTable < frames && frameTable < frames && currentCPU < cpuCount
      && areas.indexHeight <= UInt32(FreeIndex.maximumHeight)
      && areas.busy.height <= SparseArray.most
  }
}

extension HighMemoryState {
  fileprivate func isPlausible(_ ramFrames: UInt32) -> Bool {
    guard frames < ramFrames else { return false }
    return switch KmapWindow.Kind(rawValue: window) {
    case nil: false
    case .some(.none): pkmapSlots == 0 && frames == 0 && kmapFrames == 0
    case .some:
      KmapWindow.isSlotCount(Int(pkmapSlots)) && kmapFrames > 0 && kmapFrames < ramFrames
    }
  }
}

extension RAM {
  /// Calls `body` for every frame of a machine in an image that this process has written to since it
  /// was mapped, ascending.
  package func forEachChangedFrame(_ body: (UInt32) -> Void) {
    settleFreedArea()
    ResidentFrames(ram: self).forEachChangedFrame(body)
  }

  /// Lets frames be what the image holds again.
  package func forget(_ frames: Range<UInt32>) {
    // Safe: the range is RAM's own.
    unsafe madvise(base + Int(frames.lowerBound) << 12, frames.count << 12, MADV_DONTNEED)
  }

  /// The first bytes of frame 0 that tell an image from other files.
  package static var imageMagic: UInt64 { Superblock.magic }
}
