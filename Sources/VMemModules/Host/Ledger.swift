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

  /// One thing, at kernel addresses. Nothing in it is counted: some calls take less time than a count.
  struct Entry {
    let kind: Kind
    let start: UInt64
    let size: UInt64
    let given: Event
    var freed: Event?

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

  private var areas: [Entry] { live.values.filter { $0.kind == .area || $0.kind == .mapping } }

  func wasFreed(_ start: UInt64) -> Entry? { past.last { $0.start == start } }

  /// Takes out what the callers of a module that goes still have, in the order of the addresses.
  mutating func abandon(_ isCaller: (UInt32) -> Bool) -> [Entry] {
    let left = live.values.filter { isCaller($0.given.caller) }.sorted { $0.start < $1.start }
    for entry in left { live[entry.start] = nil }
    return left
  }
}
