/// An invariant that does not hold.
public struct Violation: Sendable {
  /// What is wrong, in a few words.
  public let what: StaticString
  /// Values it concerns: frame numbers, addresses or counts, as the words say.
  public let a: UInt64
  public let b: UInt64

  package init(_ what: StaticString, _ a: UInt64 = 0, _ b: UInt64 = 0) {
    self.what = what
    self.a = a
    self.b = b
  }
}

/// Collects broken invariants, and what each frame of RAM and each object of a slab was found to be
/// used for.
///
/// Structures may be damaged in any way: no reference is followed before it is known to lead to a
/// frame or an object that nothing else has, so that every walk ends and stays in RAM.
struct Checker: ~Copyable {
  let ram: RAM
  /// Violations that are kept.
  private let limit: Int
  private(set) var violations: [Violation] = []
  /// For each frame whether something claims it.
  private var claimed: [Bool]
  var objects = ObjectTable()
  /// Flags of the frames of each zone.
  var zones: [(start: UInt32, end: UInt32, flags: UInt64)] = []
  /// Frames that boot has taken.
  var taken: [(from: UInt32, to: UInt32)] = []
  /// Pages of struct pages that lead to the frame of others.
  var structAliases: [UInt64] = []
  /// Where RAM is mapped as only device memory is.
  var deviceLike: [UInt64] = []
  /// Addresses of pages that only a stack may have so: never accessed, or never written.
  var untouched: [UInt64] = []
  /// Busy areas that can be read, and whether the index of all of them can be used.
  var areas: [Ref<VMArea>] = []
  var hasSoundIndex = false
  /// Sets whose pages can be looked up.
  var soundSets: Set<Ref<PageSet>> = []
  /// Sets of pages that an area has.
  var areaSets: Set<Ref<PageSet>> = []

  /// A checker that can tell which of the first `frames` frames are used; all of them unless given.
  init(ram: RAM, frames: Int? = nil, limit: Int = 100) {
    self.ram = ram
    self.limit = limit
    claimed = Array(repeating: false, count: frames ?? Int(ram.frameCount))
  }

  var isFull: Bool { violations.count >= limit }
  var isSound: Bool { violations.isEmpty }

  mutating func expect(_ holds: Bool, _ what: StaticString, _ a: UInt64 = 0, _ b: UInt64 = 0) {
    if !holds && !isFull { violations.append(Violation(what, a, b)) }
  }

  // MARK: Frames

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

  func isBoot(_ pfn: UInt32) -> Bool { taken.contains { $0.from <= pfn && pfn < $0.to } }

  /// Flags of a frame that the allocator has handed out or has back.
  func flags(_ pfn: UInt32) -> UInt64 {
    zones.first { $0.start <= pfn && pfn < $0.end }?.flags ?? 0
  }

  /// The record of a frame that the machine uses for itself, or that boot has; the rest of it is to
  /// be filled in.
  func record(_ pfn: UInt32, _ type: PageType) -> Frame {
    var record = Frame()
    record.flags = isBoot(pfn) ? ram.pageFlags.reserved : flags(pfn)
    record.mapcount = ram.word(type)
    record.flags |= ram.flags(type)
    record.addReferences(1)
    return record
  }

  // MARK: Objects

  /// Notes that an object belongs to something. Returns false when it is no object in use of its
  /// cache, or belongs to something else already; then it must not be followed.
  mutating func use<T: SlabObject>(
    _ object: Ref<T>, _ what: StaticString, _ a: UInt64 = 0
  ) -> Bool {
    let isFound = objects.use(object)
    expect(isFound, what, a, object.physicalAddress)
    return isFound
  }

  /// Whether something has an object of a cache. It may be read then.
  func isUsed<T: SlabObject>(_ object: Ref<T>) -> Bool { objects.state(object) == .used }
}

/// What the objects of all slabs are used for.
struct ObjectTable {
  enum State: UInt8 { case none, inUse, used, free }

  /// Number of a slab, by frame.
  private var slabs: [UInt32: Int] = [:]
  /// Number of the cache of each slab.
  private var caches: [Int] = []
  /// 256 granules a slab; only the first of an object is not `.none`.
  private var states: [State] = []

  /// Adds a slab of a cache, none of whose objects is free.
  mutating func add(_ pfn: UInt32, _ type: any SlabObject.Type) {
    let granules = Int(type.granules)
    slabs[pfn] = caches.count
    caches.append(type.cache)
    let first = states.count
    states += repeatElement(.none, count: 256)
    for object in 0..<256 / granules { states[first + object * granules] = .inUse }
  }

  private func place(_ granule: UInt32, _ cache: Int) -> Int? {
    guard let slab = slabs[granule >> 8], caches[slab] == cache else { return nil }
    return slab << 8 | Int(granule & 255)
  }

  func state<T: SlabObject>(_ object: Ref<T>) -> State {
    place(object.granule, T.cache).map { states[$0] } ?? .none
  }

  /// Whether it is the object of a symbol.
  func isSymbol(_ symbol: Ref<Symbol>) -> Bool {
    state(symbol) != .none || state(symbol.short) != .none
  }

  /// Marks an object that is in use and has no user yet. Returns false when it is none.
  mutating func use<T: SlabObject>(_ object: Ref<T>) -> Bool {
    change(object.granule, T.cache, to: .used)
  }

  /// Marks an object as free. Returns false when it is none, or free already.
  mutating func free(_ granule: UInt32, _ type: any SlabObject.Type) -> Bool {
    change(granule, type.cache, to: .free)
  }

  private mutating func change(_ granule: UInt32, _ cache: Int, to state: State) -> Bool {
    guard let place = place(granule, cache), states[place] == .inUse else { return false }
    states[place] = state
    return true
  }

  /// Calls `body` for every object of a cache that is in use and that nothing has.
  func forEachUnused(_ type: any SlabObject.Type, _ body: (UInt32) -> Void) {
    for (pfn, slab) in slabs where caches[slab] == type.cache {
      for granule in 0..<256 where states[slab << 8 | granule] == .inUse {
        body(pfn << 8 | UInt32(granule))
      }
    }
  }
}
