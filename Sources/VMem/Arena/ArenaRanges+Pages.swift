/// Pages that become free, or cease to be. The corresponding kernel file is `range_tree.c`.
extension ArenaRanges {
  // MARK: Looking

  /// The lowest run that has a page of [start, last], or none.
  @inline(__always)
  func first(_ start: UInt32, _ last: UInt32) -> Ref<ArenaRange> {
    var found = Ref<ArenaRange>.none
    var at = byPlace.root
    var limit = caches.stepLimit(ArenaRange.self)
    while !at.isNone {
      limit.step()
      if ram[at].last >= start {
        found = at
        at = byPlace.child(at, 0)
      } else {
        at = byPlace.child(at, 1)
      }
    }
    return !found.isNone && ram[found].start <= last ? found : .none
  }

  /// Whether all of `count` pages are free (`is_range_tree_set`).
  func isFree(_ start: UInt32, _ count: UInt32) -> Bool {
    let run = first(start, start &+ count &- 1)
    return !run.isNone && ram[run].start <= start && ram[run].last >= start &+ count &- 1
  }

  /// The first page of the run that `count` pages are best taken from: of those that have so many
  /// the shortest, of equal ones the newest (`range_tree_find`).
  func bestFit(_ count: UInt32) -> UInt32? {
    var found = Ref<ArenaRange>.none
    var at = byLength.root
    var limit = caches.stepLimit(ArenaRange.self)
    while !at.isNone {
      limit.step()
      if ram[at].length >= count {
        found = at
        at = byLength.child(at, 0)
      } else {
        at = byLength.child(at, 1)
      }
    }
    return found.isNone ? nil : ram[found].start
  }

  /// The first page of the lowest run that has `count` pages: what kernels did that kept the pages
  /// in a maple tree (`mtree_alloc_range`).
  func firstFit(_ count: UInt32) -> UInt32? {
    var start: UInt32 = 0
    var limit = caches.stepLimit(ArenaRange.self)
    while true {
      let run = first(start, .max)
      if run.isNone { return nil }
      if ram[run].length >= count { return ram[run].start }
      limit.step()
      start = ram[run].last &+ 1
    }
  }

  // MARK: Changing

  /// Takes `count` pages away from the free ones, whether they are free or not
  /// (`range_tree_clear`). Returns false, with nothing changed, when a run has to be split and
  /// there is no memory for that.
  func take(_ start: UInt32, _ count: UInt32) -> Bool {
    let last = start &+ count &- 1
    while true {
      let run = first(start, last)
      if run.isNone { return true }
      let (from, to) = (ram[run].start, ram[run].last)
      switch (from < start, to > last) {
      case (true, true):
        guard let behind = make(last &+ 1, to) else { return false }
        change(run, from, start &- 1)
        add(behind)
      case (true, false): change(run, from, start &- 1)
      case (false, true): change(run, last &+ 1, to)
      case (false, false): remove(run)
      }
      if from <= start, to >= last { return true }
    }
  }

  /// Adds `count` pages to the free ones and joins them with their neighbours (`range_tree_set`).
  /// Returns false when there is no memory for a run of their own; they stay taken then.
  @discardableResult
  func give(_ start: UInt32, _ count: UInt32) -> Bool {
    if isFree(start, count) { return true }
    let last = start &+ count &- 1
    // Splits nothing: no run has them all.
    _ = take(start, count)
    let below = start == 0 ? .none : first(start &- 1, start &- 1)
    let above = first(last &+ 1, last &+ 1)
    switch (below.isNone, above.isNone) {
    case (false, false):
      let end = ram[above].last
      remove(above)
      change(below, ram[below].start, end)
    case (false, true): change(below, ram[below].start, last)
    case (true, false): change(above, start, ram[above].last)
    case (true, true):
      guard let run = make(start, last) else { return false }
      add(run)
    }
    return true
  }
}
