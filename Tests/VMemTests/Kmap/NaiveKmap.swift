/// PKMAP as its description says, without tables or memory: what pages have which slots.
struct NaiveKmap: Hashable {
  struct Slot: Hashable {
    var page = -1
    var count = 0
  }

  var slots: [Slot]
  var last = 0
  /// Full flushes so far are not part of what it is.
  init(slots: Int) { self.slots = Array(repeating: Slot(), count: slots) }

  func slot(ofPage page: Int) -> Int? { slots.firstIndex { $0.count > 0 && $0.page == page } }

  mutating func flush() {
    for at in slots.indices where slots[at].count == 1 { slots[at] = Slot() }
  }

  /// The slot a page gets, or nil when the caller has to sleep.
  mutating func map(_ page: Int) -> Int? {
    if let at = slot(ofPage: page) {
      slots[at].count += 1
      return at
    }
    var looks = 0
    while looks < slots.count {
      last = last + 1 == slots.count ? 0 : last + 1
      if last == 0 {
        flush()
        looks = 0
      }
      if slots[last].count == 0 {
        slots[last] = Slot(page: page, count: 2)
        return last
      }
      looks += 1
    }
    return nil
  }

  enum Release { case refused, kept, wakes }

  mutating func unmap(_ page: Int) -> Release {
    guard let at = slot(ofPage: page), slots[at].count > 1 else { return .refused }
    slots[at].count -= 1
    return slots[at].count == 1 ? .wakes : .kept
  }
}
