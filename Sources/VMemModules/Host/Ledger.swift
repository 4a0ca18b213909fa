internal import VMem

/// What modules have been given, and what they gave back: for explanations of faults, and for leaks.
struct Ledger {
  enum Kind: String {
    case area = "area"
    case pages = "page"
    case object = "object"
    case cache = "cache"
    case percpu = "per-CPU object"
    case mapping = "mapping"
    case thread = "kthread"
    case timer = "timer"
  }

  /// A call that gave something or took it back: its name, the number of its caller, and when.
  struct Event {
    let call: StaticString
    let caller: UInt32
    let time: UInt64
  }

  /// How the pages of a block are counted: all as one, all as one by whichever page, or each.
  enum Block { case whole, compound, split }

  /// One thing, at kernel addresses. Nothing in it is counted: some calls take less time than a count.
  struct Entry {
    let kind: Kind
    let start: UInt64
    let size: UInt64
    let given: Event
    var freed: Event?
    var block = Block.whole

    /// `2-page area`, `64-byte object`.
    var title: String {
      switch kind {
      case .area, .mapping: "\(size >> 12)-page \(kind.rawValue)"
      case .pages: size <= 4096 ? "page" : "block of \(size >> 12) pages"
      default: "\(size)-byte \(kind.rawValue)"
      }
    }
  }

  private(set) var live: [UInt64: Entry] = [:]
  /// What was given back, the latest last.
  private var past: [Entry] = []
  private static let mostPast = 4096

  mutating func add(_ entry: Entry) { live[entry.start] = entry }

  /// Takes a thing out, and remembers it. Returns nil for an address where there is none.
  @discardableResult
  mutating func remove(_ start: UInt64, _ event: Event) -> Entry? {
    guard var entry = live.removeValue(forKey: start) else { return nil }
    entry.freed = event
    if past.count >= 2 * Self.mostPast { past.removeFirst(Self.mostPast) }
    past.append(entry)
    return entry
  }

  /// What an address lies in, or lay in last.
  func entry(at address: UInt64) -> Entry? {
    let found = live.values.filter { address >= $0.start && address &- $0.start < $0.size }
    return found.max { $0.start < $1.start }
      ?? past.last { address >= $0.start && address &- $0.start < $0.size }
  }

  /// The area or mapping whose guard page an address lies in.
  func area(before address: UInt64) -> Entry? {
    areas.filter { address >= $0.start &+ $0.size && address &- $0.start &- $0.size < 4096 }
      .max { $0.start < $1.start }
  }

  /// The area or mapping that begins within a page behind an address.
  func area(behind address: UInt64) -> Entry? {
    areas.filter { $0.start > address && $0.start &- address <= 4096 }.min { $0.start < $1.start }
  }

  /// The object or pages in use within a page of an address, and how many bytes the address is before
  /// the beginning, or else behind the end.
  func neighbour(of address: UInt64) -> (entry: Entry, before: UInt64?, behind: UInt64)? {
    let near = live.values.filter {
      $0.kind == .object || $0.kind == .pages
    }.map { entry in
      let isBefore = address < entry.start
      let behind = address &- entry.start &- entry.size
      return (entry: entry, before: isBefore ? entry.start - address : nil, behind: behind)
    }
    return near.filter { ($0.before ?? $0.behind + 1) <= 4096 }.min {
      ($0.before ?? $0.behind, $0.entry.start) < ($1.before ?? $1.behind, $1.entry.start)
    }
  }

  /// The area or mapping that has an address.
  func area(with address: UInt64) -> Entry? {
    areas.first { address >= $0.start && address &- $0.start < $0.size }
  }

  private var areas: [Entry] { live.values.filter { $0.kind == .area || $0.kind == .mapping } }

  /// The pages that a page belongs to. A block of 2ⁿ pages, or what is kept of one, begins at a multiple
  /// of its size, which is 4 MiB at most.
  func block(at address: UInt64) -> Entry? {
    for order in 0...10 as ClosedRange<UInt64> {
      let start = address & ~(4096 << order - 1)
      if let entry = live[start], entry.kind == .pages, address - start < entry.size {
        return entry
      }
    }
    return nil
  }

  /// Pages of a block become pages of their own.
  mutating func split(_ start: UInt64) {
    guard let entry = live.removeValue(forKey: start) else { return }
    keep(entry, entry.start..<entry.start + entry.size)
  }

  /// What is left of a block that a part of is freed, as pages of their own.
  mutating func keep(_ entry: Entry, _ rest: Range<UInt64>) {
    for page in stride(from: rest.lowerBound, to: rest.upperBound, by: 4096) {
      live[page] = Entry(kind: .pages, start: page, size: 4096, given: entry.given)
    }
  }

  func wasFreed(_ start: UInt64) -> Entry? { past.last { $0.start == start } }

  /// Takes out what the callers of a module that goes still have, in the order of the addresses.
  mutating func abandon(_ isCaller: (UInt32) -> Bool) -> [Entry] {
    let left = live.values.filter { isCaller($0.given.caller) }.sorted { $0.start < $1.start }
    for entry in left { live[entry.start] = nil }
    return left
  }
}
