@testable import VMem

/// What programs see of their memory, the slow way: a dictionary of pages for each address space. A
/// page is told by its first word.
struct UserModel {
  struct Page: Equatable {
    var rights: UserMappingFlags
    /// Which shared memory, and which of its pages; nil for a page of the program's own.
    var shared: (object: Int, index: UInt64)?
    var value: UInt64 = 0

    static func == (a: Page, b: Page) -> Bool {
      a.rights == b.rights && a.value == b.value && a.shared?.object == b.shared?.object
        && a.shared?.index == b.shared?.index
    }
  }

  var spaces: [UInt64: [UInt64: Page]] = [:]
  /// Words and number of pages of each shared memory.
  var objects: [(values: [UInt64: UInt64], count: UInt64)] = []

  static let page: UInt64 = 4096

  mutating func map(
    _ mm: UInt64, _ start: UInt64, _ pages: UInt64, _ rights: UserMappingFlags, isShared: Bool
  ) {
    if isShared { objects.append(([:], pages)) }
    for index in 0..<pages {
      spaces[mm]![start + index * Self.page] = Page(
        rights: rights, shared: isShared ? (objects.count - 1, index) : nil)
    }
  }

  mutating func unmap(_ mm: UInt64, _ start: UInt64, _ pages: UInt64) {
    for index in 0..<pages { spaces[mm]![start + index * Self.page] = nil }
  }

  /// Returns false where it met a hole; what is before has its rights then.
  mutating func protect(
    _ mm: UInt64, _ start: UInt64, _ pages: UInt64, _ rights: UserMappingFlags
  ) -> Bool {
    for index in 0..<pages {
      guard spaces[mm]![start + index * Self.page] != nil else { return false }
      spaces[mm]![start + index * Self.page]!.rights = rights
    }
    return true
  }

  /// What mremap did that answered `to`.
  mutating func move(
    _ mm: UInt64, _ from: UInt64, _ old: UInt64, _ new: UInt64, to: UInt64
  ) {
    let pages = (0..<old).map { spaces[mm]![from + $0 * Self.page] }
    if to != from || new < old {
      unmap(mm, to == from ? from + new * Self.page : from, to == from ? old - new : old)
    }
    for index in 0..<new {
      let place = to + index * Self.page
      if index < old {
        if let page = pages[Int(index)] { spaces[mm]![place] = page }
      } else if let last = pages[Int(old - 1)] {
        var page = last
        page.value = 0
        if let shared = last.shared {
          page.shared = (shared.object, shared.index + index - old + 1)
        }
        spaces[mm]![place] = page
      }
    }
  }

  /// What an access answers: a word, or how it is refused.
  mutating func access(
    _ mm: UInt64, _ address: UInt64, write value: UInt64? = nil
  ) -> (value: UInt64, outcome: Refusal.Outcome?) {
    guard let page = spaces[mm]![address] else { return (0, .signal(.SIGSEGV)) }
    let allows =
      value == nil ? !page.rights.isDisjoint(with: .access) : page.rights.contains(.write)
    guard allows else { return (0, .signal(.SIGSEGV)) }
    guard let (object, index) = page.shared else {
      if let value { spaces[mm]![address]!.value = value }
      return (page.value, nil)
    }
    guard index < objects[object].count else { return (0, .signal(.SIGBUS)) }
    if let value { objects[object].values[index] = value }
    return (objects[object].values[index] ?? 0, nil)
  }
}
