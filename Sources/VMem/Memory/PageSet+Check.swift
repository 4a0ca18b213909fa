extension PageSets {
  /// Sets of pages list frames of RAM, either consecutive ones or in an array of their own. Returns
  /// all of them, in an order that is always the same.
  func check(_ checker: inout Checker) -> [Ref<PageSet>] {
    var sets: [Ref<PageSet>] = []
    checker.objects.forEachUnused(PageSet.self) { sets.append(Ref(granule: $0)) }
    sets.sort { $0.granule < $1.granule }
    for set in sets where checker.use(set, "set of pages") {
      let before = checker.violations.count
      check(set, &checker)
      // What is not noted any more may be wrong.
      if !checker.isFull, checker.violations.count == before { checker.soundSets.insert(set) }
    }
    return sets
  }

  /// Page `index` of a set, or nil where the set cannot be followed.
  func page(_ index: UInt64, of set: Ref<PageSet>, _ checker: borrowing Checker) -> UInt32? {
    checker.soundSets.contains(set) ? page(index, of: set) : nil
  }

  private func check(_ set: Ref<PageSet>, _ checker: inout Checker) {
    let record = ram[set]
    let place = set.physicalAddress
    let entries = record.frames.check(ram, &checker)
    let hasName = !record.name.isNone
    checker.expect(
      !hasName
        || checker.objects.state(record.name) == .inUse
          && ram[record.name].pages == set,
      "set of pages: name", place)
    guard record.first == 0 else {
      checker.expect(
        entries.isEmpty && record.frames.root == 0, "set of pages: array", place)
      return checker.expect(
        record.first < ram.frameCount && record.count <= ram.frameCount - record.first,
        "set of pages: consecutive frames", place, UInt64(record.first))
    }
    checker.expect(
      entries.count == Int(record.count), "set of pages: count", place, UInt64(record.count))
    for (position, entry) in entries.enumerated() {
      checker.expect(
        entry.key == UInt64(position) && entry.value < ram.frameCount, "set of pages: frame",
        place, UInt64(entry.value))
    }
  }
}
