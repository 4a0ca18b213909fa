extension VMAreas {
  /// Calls `body` for each frame that an area owns, in the order of its page array (`pages`).
  package func forEachPage(of area: VMArea, _ body: (_ pfn: UInt32) -> Void) {
    if area.kind == .stack, area.pages.isNone {
      for slot in 0..<Stack.maximumPages where ram[area.stack].slots[slot] != 0 {
        body(ram[area.stack].slots[slot])
      }
      return
    }
    guard !area.pages.isNone else { return }
    for index in 0..<min(area.pageCount, ram[area.pages].count) {
      if let pfn = pageSets.page(UInt64(index), of: area.pages) { body(pfn) }
    }
  }
}
