/// How mapping pages or building tables ends.
enum MapOutcome: Equatable {
  case done
  /// The slot at the address holds an entry: -EBUSY inside the kernel.
  case occupied(UInt64, Entry)
  /// The page list has a null page, or none left, for the address: the position in it.
  case nullPage(UInt64, Int)
  /// The address, and a frame number without a struct page.
  case invalidFrame(UInt64, UInt64)
  /// No frame for the table that the entry at this depth would point at.
  case noMemory(UInt64, depth: Int)
  /// A large leaf stands where a table is needed.
  case leaf(UInt64, depth: Int)
}

extension PageTables {
  /// Called before a table is allocated.
  typealias BeforeAllocating = () -> Void

  /// Maps pages in order over [start, end) with 4 KiB leaves, building tables on the way. What was
  /// mapped before a failure stays. The corresponding kernel function is
  /// `vmap_small_pages_range_noflush`.
  ///
  /// The walk steps in pages from `start` and stops only where a step meets the end of a table's
  /// range exactly. When it steps over that, it runs on behind the table until the page list gives
  /// out; what a kernel would write there is left out.
  func mapPages(
    _ start: UInt64, _ end: UInt64, _ pages: [UInt64], _ protection: Protection,
    _ beforeAllocating: BeforeAllocating
  ) -> MapOutcome {
    var position = 0
    return map(top, depth: levels, start: start, end: end, beforeAllocating) { table, from, to in
      mapEntries(table, from, to, pages, &position, protection)
    }
  }

  @inline(__always)
  private func mapEntries(
    _ table: UInt64, _ from: UInt64, _ to: UInt64, _ pages: [UInt64], _ position: inout Int,
    _ protection: Protection
  ) -> MapOutcome {
    let done = mapRun(table, from: from, to: to, pages, position: position, protection)
    position += done
    var address = from &+ UInt64(done) << 12
    if done > 0 && address == to { return .done }
    var index = Level.index(of: from, depth: 1) + done
    let frames = UInt64(ram.frameCount)
    repeat {
      if index < Level.entries, !ram[table: table, index].isNone {
        return .occupied(address, ram[table: table, index])
      }
      guard position < pages.count, pages[position] != PageList.null else {
        return .nullPage(address, position)
      }
      let pfn = pages[position]
      guard pfn < frames else { return .invalidFrame(address, pfn) }
      if index < Level.entries {
        ram[table: table, index] = Entry(pfn: pfn, protection)
        ram.countMapping(of: pfn)
      }
      position += 1
      index += 1
      address &+= 4096
    } while address != to
    return .done
  }

  /// Maps pages as long as nothing is in the way and returns how many; the caller finds out what is.
  @inline(__always)
  private func mapRun(
    _ table: UInt64, from: UInt64, to: UInt64, _ pages: [UInt64], position: Int,
    _ protection: Protection
  ) -> Int {
    let first = Level.index(of: from, depth: 1)
    let wanted = Int(truncatingIfNeeded: min((to &- from) >> 12, UInt64(Level.entries)))
    let count = min(wanted, Level.entries &- first, pages.count &- position)
    let frames = UInt64(ram.frameCount)
    let residue = ~(Entry.accessed | Entry.dirty)
    let counts = ram.countsEntries
    return unsafe pages.withUnsafeBufferPointer { list in
      // Safe: `count` stays inside the table and the list.
      let slots = unsafe ram.frame(table).assumingMemoryBound(to: UInt64.self) + first
      var done = 0
      while done < count {
        let pfn = unsafe list[position &+ done]
        guard pfn < frames, unsafe slots[done] & residue == 0 else { break }
        unsafe slots[done] = pfn &<< 12 | protection.bits
        if counts { ram.countMapping(of: pfn) }
        done &+= 1
      }
      return done
    }
  }

  /// Builds the tables for [start, end) down to those whose entries stand `depth` levels above the
  /// pages, and leaves these entries as they are. The kernel does this by `apply_to_page_range`.
  func buildTables(
    _ start: UInt64, _ end: UInt64, depth: Int, _ beforeAllocating: BeforeAllocating
  ) -> MapOutcome {
    map(top, depth: levels, start: start, end: end, until: depth, beforeAllocating) { _, _, _ in
      .done
    }
  }

  /// Walks [start, end) and calls `body` for each table at depth `until`, making missing ones: by hand,
  /// since what it makes is what it walks on.
  ///
  /// - Parameter instead: whether an entry at a depth has got something else for a part of the range.
  func map(
    _ table: UInt64, depth: Int, start: UInt64, end: UInt64, until: Int = 1,
    _ beforeAllocating: BeforeAllocating,
    instead: (_ table: UInt64, _ depth: Int, _ start: UInt64, _ end: UInt64) -> Bool = {
      _, _, _, _ in false
    },
    _ body: (_ table: UInt64, _ start: UInt64, _ end: UInt64) -> MapOutcome
  ) -> MapOutcome {
    if depth == until { return body(table, start, end) }
    var address = start
    repeat {
      let next = Self.boundary(address, end, depth: depth)
      if instead(table, depth, address, next) {
        address = next
        continue
      }
      let index = Level.index(of: address, depth: depth)
      var entry = ram[table: table, index]
      if entry.isNone {
        beforeAllocating()
        guard let below = newTable(depth: depth - 1) else {
          return .noMemory(address, depth: depth)
        }
        entry = link(table, index: index, depth: depth, below: below)
      } else if entry.bits & Entry.pageSize != 0 {
        return .leaf(address, depth: depth)
      }
      let outcome = map(
        entry.pfn, depth: depth - 1, start: address, end: next, until: until, beforeAllocating,
        instead: instead, body
      )
      if outcome != .done { return outcome }
      address = next
    } while address != end
    return .done
  }
}
