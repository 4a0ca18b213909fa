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

  /// One thing, at kernel addresses.
  struct Entry {
    let kind: Kind
    let start: UInt64
    let size: UInt64
    /// The call that gave it, the function that asked, and when.
    let call: String
    let caller: String
    let time: UInt64
    let module: String
    var freed: (call: String, caller: String, time: UInt64)?

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
  mutating func remove(
    _ start: UInt64, call: String, caller: String, time: UInt64
  ) -> Entry? {
    guard var entry = live.removeValue(forKey: start) else { return nil }
    entry.freed = (call, caller, time)
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

  /// What a module still has, in the order of the addresses.
  func leaks(of module: String) -> [Entry] {
    live.values.filter { $0.module == module }.sorted { $0.start < $1.start }
  }

  /// Forgets what a module that is gone has left.
  mutating func abandon(_ module: String) { live = live.filter { $0.value.module != module } }
}
