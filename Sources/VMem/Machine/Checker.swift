/// An invariant that does not hold.
public struct Violation: Sendable {
  /// What is wrong, in a few words.
  public let what: StaticString
  /// Values it concerns: frame numbers, addresses or counts, as the words say.
  public let a: UInt64
  public let b: UInt64
}

/// Collects broken invariants, and what each frame of RAM was found to be used for.
///
/// Structures may be damaged in any way: every walk is bounded by the number of frames or objects.
struct Checker: ~Copyable {
  /// Violations that are kept; more of them say nothing new.
  static let limit = 100

  let ram: RAM
  private(set) var violations: [Violation] = []
  /// For each frame whether something claims it.
  private var claimed: [Bool]

  /// A checker that can tell which of the first `frames` frames are used; all of them unless given.
  init(ram: RAM, frames: Int? = nil) {
    self.ram = ram
    claimed = Array(repeating: false, count: frames ?? Int(ram.frameCount))
  }

  var isFull: Bool { violations.count >= Self.limit }

  mutating func expect(_ holds: Bool, _ what: StaticString, _ a: UInt64 = 0, _ b: UInt64 = 0) {
    if !holds && !isFull { violations.append(Violation(what: what, a: a, b: b)) }
  }

  /// Notes that frames belong to something. Returns false when they are not RAM or belong to
  /// something else already; then their user must not be followed.
  mutating func claim(_ pfn: UInt64, count: UInt64 = 1, _ what: StaticString) -> Bool {
    guard pfn < UInt64(ram.frameCount), count <= UInt64(ram.frameCount) - pfn else {
      expect(false, what, pfn, count)
      return false
    }
    for at in pfn..<pfn + count {
      if claimed[Int(at)] {
        expect(false, "frame is used twice", at)
        return false
      }
      claimed[Int(at)] = true
    }
    return true
  }

  func isClaimed(_ pfn: UInt32) -> Bool { claimed[Int(pfn)] }
}

extension Machine {
  /// Verifies every structure of the machine. Returns what does not hold; nothing when it is sound.
  ///
  /// Every frame must be free, boot's, or used by exactly one structure; areas, lazy areas, pools and
  /// free blocks must tile the number line.
  public func check() -> [Violation] {
    var checker = Checker(ram: ram)
    checkSuperblock(&checker)
    guard checker.violations.isEmpty else { return checker.violations }
    frames.check(&checker)
    caches.check(&checker)
    tables.check(&checker)
    areas.check(&checker)
    checkNames(&checker)
    checkPages(&checker)
    return checker.violations
  }

  private func checkSuperblock(_ checker: inout Checker) {
    let state = ram[Superblock.ref]
    checker.expect(state.magic == Superblock.magic, "superblock: magic", state.magic)
    checker.expect(
      state.frameCount == ram.frameCount, "superblock: frames", UInt64(state.frameCount))
    checker.expect(
      (1...UInt32(Configuration.maximumCPUs)).contains(state.cpuCount), "superblock: CPUs",
      UInt64(state.cpuCount))
    checker.expect(
      (1...Configuration.maximumNodes).contains(Int(state.nodes)), "superblock: nodes",
      UInt64(state.nodes))
    checker.expect(
      state.currentCPU < state.cpuCount, "superblock: current CPU", UInt64(state.currentCPU))
    checker.expect(Int(state.levels) == map.levels, "superblock: levels", UInt64(state.levels))
  }

  /// Names and symbols stand in the buckets of their hashes and are counted.
  private func checkNames(_ checker: inout Checker) {
    let names = ram[Superblock.ref].names
    let symbols = ram[Superblock.ref].symbols
    names.check(&checker)
    symbols.check(&checker)
  }

  /// What is left over is either boot's, never used, or a page that a set owns.
  private func checkPages(_ checker: inout Checker) {
    let layout = BootLayout(configuration)
    for (from, to) in layout.taken {
      for pfn in min(from, ram.frameCount)..<min(to, ram.frameCount) where !checker.isClaimed(pfn) {
        _ = checker.claim(UInt64(pfn), "boot frame is not RAM")
      }
    }
    for set in pageSets(checker) { ram[set].frames.check(ram, &checker) }
    for pfn in leftFrames(checker) {
      let frame = ram[frames.frame(pfn)]
      checker.expect(
        frame.refcount > 0 && frame.mapcount == PageType.none, "frame is lost", UInt64(pfn),
        UInt64(frame.mapcount))
      let owned =
        frame.owner.isNone
        ? frame.index == Frame.orphan : page(frame.index, of: frame.owner) == pfn
      checker.expect(owned, "page belongs to no set", UInt64(pfn))
    }
  }

  /// Frames that have been handed out and that nothing has claimed.
  private func leftFrames(_ checker: borrowing Checker) -> [UInt32] {
    var left: [UInt32] = []
    for number in 0..<frames.zoneCount {
      let zone = ram[frames.zone(number)]
      guard zone.start <= zone.frontier, zone.frontier <= zone.end else { continue }
      for pfn in zone.start..<zone.frontier where !checker.isClaimed(pfn) { left.append(pfn) }
    }
    return left
  }

  /// Every set that a name or one of its pages leads to, in an order that is always the same.
  private func pageSets(_ checker: borrowing Checker) -> [Ref<PageSet>] {
    var found: Set<UInt32> = []
    forEachName { name in found.insert(ram[name].pages.granule) }
    areas.forEachBusy { area in found.insert(ram[area].pages.granule) }
    for pfn in leftFrames(checker) {
      let frame = ram[frames.frame(pfn)]
      if frame.mapcount == PageType.none { found.insert(frame.owner.granule) }
    }
    return found.sorted().filter { $0 != 0 }.map { Ref(granule: $0) }
  }
}
