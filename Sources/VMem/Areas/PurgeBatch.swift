/// Areas on their way back to the free tree, ascending by address once sorted. Scratch of one purge.
struct PurgeBatch: ~Copyable {
  private struct Entry {
    var start: UInt64
    var area: Ref<VMArea>
  }

  private let ram: RAM
  private var entries: [Entry] = []

  init(ram: RAM) { self.ram = ram }

  var count: Int { entries.count }
  /// First byte of the lowest area and one past the last of the highest, once sorted.
  var lowest: UInt64 { entries.first?.start ?? .max }
  var highest: UInt64 { entries.last.map { ram[$0.area].end } ?? 0 }

  /// The area at a position, or none when it was dropped.
  subscript(index: Int) -> Ref<VMArea> { entries[index].area }

  mutating func append(_ area: Ref<VMArea>) {
    entries.append(Entry(start: ram[area].start, area: area))
  }

  /// Takes an area out without moving the others.
  mutating func drop(_ index: Int) { entries[index].area = .none }

  /// Replaces the contents by a linked list of areas, sorted.
  mutating func load(_ head: Ref<VMArea>, count: Int) {
    var isAscending = true
    var reach: (low: UInt64, high: UInt64) = (0, 0)
    // The newest is first: areas that were freed in the order of their addresses need no sorting.
    // Safe: every place of the buffer is written.
    unsafe entries = [Entry](unsafeUninitializedCapacity: count) { buffer, initialized in
      var area = head
      var (above, low, high) = (UInt64.max, UInt64.max, UInt64(0))
      for index in stride(from: count &- 1, through: 0, by: -1) {
        let start = ram[area].start
        isAscending = isAscending && start < above
        above = start
        low = min(low, start)
        high = max(high, start)
        unsafe buffer.initializeElement(at: index, to: Entry(start: start, area: area))
        area = ram[area].next
      }
      initialized = count
      reach = (low, high)
    }
    if !isAscending { sort(from: reach.low, to: reach.high) }
  }

  /// Sorts by address: least significant digits first, over the bits in which pages differ.
  mutating func sort() {
    guard let first = entries.first else { return }
    var (low, high) = (first.start, first.start)
    for entry in entries {
      low = min(low, entry.start)
      high = max(high, entry.start)
    }
    sort(from: low, to: high)
  }

  /// Sorts areas of which the lowest starts at `low` and the highest at `high`.
  private mutating func sort(from low: UInt64, to high: UInt64) {
    let bits = 64 - ((high &- low) >> 12).leadingZeroBitCount
    // Safe: each pass writes every place before the next one reads it.
    var other = unsafe [Entry](unsafeUninitializedCapacity: count) { $1 = entries.count }
    for shift in stride(from: 0, to: bits, by: 8) {
      var place = other.mutableSpan
      Self.distribute(entries.span, &place, low, UInt64(shift + 12))
      swap(&entries, &other)
    }
  }

  private static func distribute(
    _ from: Span<Entry>, _ to: inout MutableSpan<Entry>, _ low: UInt64, _ shift: UInt64
  ) {
    var place = InlineArray<256, Int>(repeating: 0)
    for at in from.indices { place[Int((from[at].start &- low) &>> shift & 255)] &+= 1 }
    var sum = 0
    for digit in 0..<256 {
      let count = place[digit]
      place[digit] = sum
      sum &+= count
    }
    for at in from.indices {
      let digit = Int((from[at].start &- low) &>> shift & 255)
      to[place[digit]] = from[at]
      place[digit] &+= 1
    }
  }

  /// Gives everything back one by one in descending order. Neighbours go as one where the tree cannot
  /// tell the difference.
  borrowing func releaseDescending(_ space: FreeSpace) {
    if space.prefersBulk(entries.count) { return releaseInBulk(space) }
    var index = entries.count
    var fetched = index
    var ways = FreeSpace.Ways()
    while index > 0 {
      if index <= fetched {
        let count = min(FreeSpace.Ways.most, index)
        fetched = index - count
        space.prefetch(&ways, count) { entries[fetched + $0].start }
      }
      guard let run = run(below: &index) else { return }
      // A run may reach below what was fetched for.
      space.release(run, &ways[max(0, index - fetched)])
    }
  }

  private borrowing func releaseInBulk(_ space: FreeSpace) {
    var space = space
    space.isBulk = true
    var cursor = space.cursor(for: entries.count)
    var index = entries.count
    while let run = run(below: &index) { space.release(run, &cursor) }
    space.rebuildIndex(&cursor)
  }

  /// The highest areas below a position that touch each other, and the position of the lowest of them; nil
  /// when there are none. The descriptors between the first and the last are freed.
  @inline(__always)
  private borrowing func run(below index: inout Int) -> FreeSpace.Run? {
    repeat { index &-= 1 } while index >= 0 && entries[index].area.isNone
    guard index >= 0 else { return nil }
    let last = index
    let end = ram[entries[last].area].end
    var start = entries[last].start
    while index > 0, !entries[index &- 1].area.isNone,
      ram[entries[index &- 1].area].end == start
    {
      index &-= 1
      start = entries[index].start
    }
    if index == last {
      return FreeSpace.Run(start: start, last: start, end: end, spare: block(last), other: .none)
    }
    for inner in index &+ 1..<last { ObjectCaches(ram: ram).free(entries[inner].area) }
    return FreeSpace.Run(
      start: start, last: entries[last].start, end: end, spare: block(index), other: block(last))
  }

  private func block(_ index: Int) -> Ref<FreeBlock> {
    entries[index].area.cast(to: FreeBlock.self)
  }

  /// Gives everything back in ascending order, neighbours as one block.
  borrowing func releaseMerged(_ space: FreeSpace) {
    var index = 0
    while index < entries.count {
      let first = index
      index += 1
      guard !entries[first].area.isNone else { continue }
      var end = ram[entries[first].area].end
      while index < entries.count, entries[index].start == end, !entries[index].area.isNone {
        end = ram[entries[index].area].end
        ObjectCaches(ram: ram).free(entries[index].area)
        index += 1
      }
      _ = space.release(entries[first].start, end, spare: block(first))
    }
  }
}
