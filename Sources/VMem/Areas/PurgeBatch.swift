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
    entries.removeAll(keepingCapacity: true)
    entries.reserveCapacity(count)
    var area = head
    for _ in 0..<count {
      append(area)
      area = ram[area].next
    }
    sort()
  }

  mutating func sort() { entries.sort { $0.start < $1.start } }

  /// Gives everything back in ascending order, neighbours as one block.
  borrowing func releaseMerged(_ space: FreeSpace, _ caches: ObjectCaches) {
    var first = Ref<VMArea>.none
    var start: UInt64 = 0
    var end: UInt64 = 0
    for entry in entries where !entry.area.isNone {
      if !first.isNone && end == entry.start {
        end = ram[entry.area].end
        caches.free(.vmArea, entry.area)
        continue
      }
      if !first.isNone { _ = space.release(start, end, spare: first.cast(to: FreeBlock.self)) }
      first = entry.area
      (start, end) = (entry.start, ram[entry.area].end)
    }
    if !first.isNone { _ = space.release(start, end, spare: first.cast(to: FreeBlock.self)) }
  }
}
