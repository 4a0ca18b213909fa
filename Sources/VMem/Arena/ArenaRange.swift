/// A maximal run of free pages of an arena, linked into two trees. The corresponding kernel
/// structure is `struct range_node`.
struct ArenaRange: SlabObject {
  static var cache: Int { 12 }

  var start: UInt32 = 0
  var last: UInt32 = 0
  /// Number of its insertion: higher ones are newer.
  var stamp: UInt64 = 0
  /// Left and right child by place, then by length.
  var links = InlineArray<4, Ref<ArenaRange>>(repeating: .none)

  init(_ start: UInt32, _ last: UInt32) {
    self.start = start
    self.last = last
  }

  var length: UInt32 { last &- start &+ 1 }
}

/// One of an arena's two trees of free runs.
struct ArenaTree: Treap {
  /// By place, or by length, where of equal lengths the newest comes first.
  enum Order: Int, CaseIterable { case place, length }

  let ram: RAM
  let arena: Ref<Arena>
  let order: Order

  var root: Ref<ArenaRange> {
    @inline(__always) get { ram[arena].roots[order.rawValue] }
    @inline(__always) nonmutating set { ram[arena].roots[order.rawValue] = newValue }
  }

  @inline(__always)
  func child(_ node: Ref<ArenaRange>, _ side: Int) -> Ref<ArenaRange> {
    ram[node].links[order.rawValue << 1 | side]
  }

  @inline(__always)
  func setChild(_ node: Ref<ArenaRange>, _ side: Int, _ child: Ref<ArenaRange>) {
    ram[node].links[order.rawValue << 1 | side] = child
  }

  @inline(__always)
  func precedes(_ a: Ref<ArenaRange>, _ b: Ref<ArenaRange>) -> Bool {
    switch order {
    case .place: ram[a].start < ram[b].start
    case .length:
      ram[a].length < ram[b].length
        || ram[a].length == ram[b].length && ram[a].stamp > ram[b].stamp
    }
  }
}

/// The free pages of an arena: its runs in two trees, one by place and one by length.
struct ArenaRanges {
  let ram: RAM
  let arena: Ref<Arena>

  var caches: ObjectCaches { ObjectCaches(ram: ram) }

  @inline(__always)
  var byPlace: ArenaTree { ArenaTree(ram: ram, arena: arena, order: .place) }
  @inline(__always)
  var byLength: ArenaTree { ArenaTree(ram: ram, arena: arena, order: .length) }

  // MARK: Insertion and removal

  /// Gives a run new ends, which lie where it was or border on it: it counts as inserted anew.
  func change(_ node: Ref<ArenaRange>, _ start: UInt32, _ last: UInt32) {
    // A run that is alone stays where it is.
    let isAlone = ram[arena].rangeCount == 1
    if !isAlone { byLength.unlink(node) }
    ram[node].start = start
    ram[node].last = last
    stamp(node)
    if !isAlone { byLength.link(node) }
  }

  private func stamp(_ node: Ref<ArenaRange>) {
    ram[arena].stamp &+= 1
    ram[node].stamp = ram[arena].stamp
  }

  /// A new run that is in no tree yet; nil when there is no memory for it.
  func make(_ start: UInt32, _ last: UInt32) -> Ref<ArenaRange>? {
    guard !ram.fails(.kmalloc), let node = caches.allocate(ArenaRange.self) else {
      return nil
    }
    ram[node] = ArenaRange(start, last)
    ram[arena].rangeCount += 1
    return node
  }

  /// Puts a new run into the trees.
  func add(_ node: Ref<ArenaRange>) {
    stamp(node)
    byPlace.link(node)
    byLength.link(node)
  }

  func remove(_ node: Ref<ArenaRange>) {
    byPlace.unlink(node)
    byLength.unlink(node)
    ram[arena].rangeCount -= 1
    caches.free(node)
  }

  /// Forgets every run.
  func removeAll() {
    byPlace.forEach { caches.free($0) }
    ram[arena].roots = InlineArray(repeating: .none)
    ram[arena].rangeCount = 0
  }
}
