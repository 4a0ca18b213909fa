/// The mappings of an address space by address. Each knows the widest hole between those below it, so
/// that a place for a new one is found on one way down too. The corresponding kernel structure is
/// `mm_mt`.
struct MappingTree: Treap {
  let ram: RAM
  let space: Ref<UserSpace>

  var root: Ref<UserMapping> {
    @inline(__always) get { ram[space].mappings }
    @inline(__always) nonmutating set { ram[space].mappings = newValue }
  }

  @inline(__always)
  func child(_ node: Ref<UserMapping>, _ side: Int) -> Ref<UserMapping> {
    side == 0 ? ram[node].left : ram[node].right
  }

  @inline(__always)
  func setChild(_ node: Ref<UserMapping>, _ side: Int, _ child: Ref<UserMapping>) {
    if side == 0 { ram[node].left = child } else { ram[node].right = child }
  }

  @inline(__always)
  func precedes(_ a: Ref<UserMapping>, _ b: Ref<UserMapping>) -> Bool {
    ram[a].start < ram[b].start
  }

  // MARK: Changing

  func insert(_ node: Ref<UserMapping>) {
    link(node)
    ram[space].count += 1
    // What was split lies along two ways to its start; one begins at the root.
    refresh(ram[node].left, toward: ram[node].start)
    refresh(root, toward: ram[node].start)
  }

  func remove(_ node: Ref<UserMapping>) {
    unlink(node)
    ram[space].count -= 1
    refresh(root, toward: ram[node].start)
  }

  /// Gives a mapping other ends, between those of its neighbours.
  func resize(_ node: Ref<UserMapping>, _ start: UInt64, _ end: UInt64) {
    (ram[node].start, ram[node].end) = (start, end)
    refresh(root, toward: start)
  }

  private func refresh(_ node: Ref<UserMapping>, toward start: UInt64) {
    var limit = stepLimit
    refresh(node, start, &limit)
  }

  private func refresh(_ node: Ref<UserMapping>, _ start: UInt64, _ limit: inout StepLimit) {
    guard !node.isNone else { return }
    limit.step()
    refresh(start < ram[node].start ? ram[node].left : ram[node].right, start, &limit)
    ram[node].widest = widest(node)
  }

  /// Bytes of the widest hole between the mappings from a node downwards, by what its children know.
  func widest(_ node: Ref<UserMapping>) -> UInt64 {
    let (left, right) = (ram[node].left, ram[node].right)
    var widest: UInt64 = 0
    if !left.isNone {
      widest = max(ram[left].widest, Self.hole(ram[last(left)].end, ram[node].start))
    }
    if !right.isNone {
      widest = max(
        widest, max(ram[right].widest, Self.hole(ram[node].end, ram[first(right)].start)))
    }
    return widest
  }

  private static func hole(_ low: UInt64, _ high: UInt64) -> UInt64 { high > low ? high - low : 0 }

  private func first(_ node: Ref<UserMapping>) -> Ref<UserMapping> {
    var (at, limit) = (node, stepLimit)
    while !ram[at].left.isNone {
      limit.step()
      at = ram[at].left
    }
    return at
  }

  private func last(_ node: Ref<UserMapping>) -> Ref<UserMapping> {
    var (at, limit) = (node, stepLimit)
    while !ram[at].right.isNone {
      limit.step()
      at = ram[at].right
    }
    return at
  }

  // MARK: Looking

  /// The last mapping that ends at or below an address, and the first that ends above it.
  @inline(__always)
  func around(_ address: UInt64) -> (previous: Ref<UserMapping>, next: Ref<UserMapping>) {
    var (previous, next) = (Ref<UserMapping>.none, Ref<UserMapping>.none)
    var at = root
    var limit = stepLimit
    while !at.isNone {
      limit.step()
      if ram[at].end <= address {
        previous = at
        at = ram[at].right
      } else {
        next = at
        at = ram[at].left
      }
    }
    return (previous, next)
  }

  /// What a search for a hole wants: the highest or lowest place for `size` bytes in [from, to).
  struct Wanted {
    var size: UInt64
    var from: UInt64
    var to: UInt64
    var highest: Bool
  }

  /// The place, or nil. The corresponding kernel function is `vm_unmapped_area`.
  func place(_ wanted: Wanted) -> UInt64? {
    var limit = StepLimit(2 * UInt64(ram[space].count) + 1)
    return place(wanted, root, 0, .max, &limit)
  }

  /// The place in the holes from a node downwards, which lie in [low, high).
  private func place(
    _ wanted: Wanted, _ node: Ref<UserMapping>, _ low: UInt64, _ high: UInt64,
    _ limit: inout StepLimit
  ) -> UInt64? {
    limit.step()
    let (from, to) = (max(low, wanted.from), min(high, wanted.to))
    guard Self.hole(from, to) >= wanted.size else { return nil }
    guard !node.isNone else { return wanted.highest ? to - wanted.size : from }
    let edges = max(
      Self.hole(low, ram[first(node)].start), Self.hole(ram[last(node)].end, high))
    guard max(ram[node].widest, edges) >= wanted.size else { return nil }
    let (start, end) = (ram[node].start, ram[node].end)
    if wanted.highest {
      return place(wanted, ram[node].right, end, high, &limit)
        ?? place(wanted, ram[node].left, low, start, &limit)
    }
    return place(wanted, ram[node].left, low, start, &limit)
      ?? place(wanted, ram[node].right, end, high, &limit)
  }
}
