/// A maximal run of free pages of an arena, linked into two trees. The corresponding kernel
/// structure is `struct range_node`.
struct ArenaRange: BitwiseCopyable {
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

/// The free pages of an arena: its runs in two trees, one by place and one by length, where of
/// equal lengths the newest comes first.
///
/// Both are treaps whose priorities are hashes of the nodes' places in RAM, so that their shape
/// needs no room and every operation is one way down, of expected logarithmic length. The kernel
/// has red-black trees; what is found in either is the same.
struct ArenaRanges {
  enum Order: Int, CaseIterable { case place, length }

  let ram: RAM
  let arena: Ref<Arena>

  var caches: ObjectCaches { ObjectCaches(ram: ram) }

  // MARK: Links

  /// Where a node hangs: at a child's link of another, or at the root.
  private struct Link {
    var parent: Ref<ArenaRange>
    var side: Int
  }

  @inline(__always)
  func root(_ order: Order) -> Ref<ArenaRange> { ram[arena].roots[order.rawValue] }

  @inline(__always)
  func child(_ node: Ref<ArenaRange>, _ side: Int, _ order: Order) -> Ref<ArenaRange> {
    ram[node].links[order.rawValue << 1 | side]
  }

  @inline(__always)
  private func set(_ link: Link, _ order: Order, _ node: Ref<ArenaRange>) {
    if link.parent.isNone {
      ram[arena].roots[order.rawValue] = node
    } else {
      ram[link.parent].links[order.rawValue << 1 | link.side] = node
    }
  }

  @inline(__always)
  static func priority(_ node: Ref<ArenaRange>) -> UInt32 {
    let mixed = (node.granule ^ node.granule >> 15) &* 0x85eb_ca6b
    return (mixed ^ mixed >> 13) &* 0xc2b2_ae35
  }

  /// Whether `a` stands above `b` in a tree.
  @inline(__always)
  static func isAbove(_ a: Ref<ArenaRange>, _ b: Ref<ArenaRange>) -> Bool {
    let (first, second) = (priority(a), priority(b))
    return first > second || first == second && a.granule > b.granule
  }

  /// Whether `a` comes before `b`.
  @inline(__always)
  func precedes(_ a: Ref<ArenaRange>, _ b: Ref<ArenaRange>, _ order: Order) -> Bool {
    switch order {
    case .place: ram[a].start < ram[b].start
    case .length:
      ram[a].length < ram[b].length
        || ram[a].length == ram[b].length && ram[a].stamp > ram[b].stamp
    }
  }

  private var stepLimit: StepLimit { caches.stepLimit(.arenaRange) }

  // MARK: Insertion and removal

  /// Puts a node into one tree: where its priority belongs, with what was there split around it.
  func link(_ node: Ref<ArenaRange>, _ order: Order) {
    var link = Link(parent: .none, side: 0)
    var at = root(order)
    var limit = stepLimit
    while !at.isNone, Self.isAbove(at, node) {
      limit.step()
      link = Link(parent: at, side: precedes(node, at, order) ? 0 : 1)
      at = child(at, link.side, order)
    }
    set(link, order, node)
    var sides = (Link(parent: node, side: 0), Link(parent: node, side: 1))
    while !at.isNone {
      limit.step()
      if precedes(at, node, order) {
        set(sides.0, order, at)
        sides.0 = Link(parent: at, side: 1)
        at = child(at, 1, order)
      } else {
        set(sides.1, order, at)
        sides.1 = Link(parent: at, side: 0)
        at = child(at, 0, order)
      }
    }
    set(sides.0, order, .none)
    set(sides.1, order, .none)
  }

  /// Takes a node out of one tree and joins what hung below it.
  func unlink(_ node: Ref<ArenaRange>, _ order: Order) {
    var link = Link(parent: .none, side: 0)
    var at = root(order)
    var limit = stepLimit
    while at != node {
      limit.step()
      link = Link(parent: at, side: precedes(node, at, order) ? 0 : 1)
      at = child(at, link.side, order)
    }
    var (left, right) = (child(node, 0, order), child(node, 1, order))
    while !left.isNone, !right.isNone {
      limit.step()
      if Self.isAbove(left, right) {
        set(link, order, left)
        link = Link(parent: left, side: 1)
        left = child(left, 1, order)
      } else {
        set(link, order, right)
        link = Link(parent: right, side: 0)
        right = child(right, 0, order)
      }
    }
    set(link, order, left.isNone ? right : left)
  }

  /// Gives a run new ends, which lie where it was or border on it: it counts as inserted anew.
  func change(_ node: Ref<ArenaRange>, _ start: UInt32, _ last: UInt32) {
    // A run that is alone stays where it is.
    let isAlone = ram[arena].rangeCount == 1
    if !isAlone { unlink(node, .length) }
    ram[node].start = start
    ram[node].last = last
    stamp(node)
    if !isAlone { link(node, .length) }
  }

  private func stamp(_ node: Ref<ArenaRange>) {
    ram[arena].stamp &+= 1
    ram[node].stamp = ram[arena].stamp
  }

  /// A new run that is in no tree yet; nil when there is no memory for it.
  func make(_ start: UInt32, _ last: UInt32) -> Ref<ArenaRange>? {
    guard !ram.fails(.kmalloc), let node = caches.allocate(.arenaRange, as: ArenaRange.self) else {
      return nil
    }
    ram[node] = ArenaRange(start, last)
    ram[arena].rangeCount += 1
    return node
  }

  /// Puts a new run into the trees.
  func add(_ node: Ref<ArenaRange>) {
    stamp(node)
    link(node, .place)
    link(node, .length)
  }

  func remove(_ node: Ref<ArenaRange>) {
    unlink(node, .place)
    unlink(node, .length)
    ram[arena].rangeCount -= 1
    caches.free(.arenaRange, node)
  }

  // MARK: Walks

  /// Calls `body` for every run in the order of a tree.
  func forEach(_ order: Order, _ body: (Ref<ArenaRange>) -> Void) {
    var path: [Ref<ArenaRange>] = []
    var at = root(order)
    var limit = stepLimit
    while true {
      while !at.isNone {
        limit.step()
        path.append(at)
        at = child(at, 0, order)
      }
      guard let node = path.popLast() else { return }
      at = child(node, 1, order)
      body(node)
    }
  }

  /// Forgets every run.
  func removeAll() {
    var nodes: [Ref<ArenaRange>] = []
    forEach(.place) { nodes.append($0) }
    for node in nodes { caches.free(.arenaRange, node) }
    ram[arena].roots = InlineArray(repeating: .none)
    ram[arena].rangeCount = 0
  }
}
