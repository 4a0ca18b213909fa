/// Which allocations of one kind fail, and how many have. The corresponding kernel structure is
/// `struct fault_attr`.
public struct Injection: BitwiseCopyable, Equatable, Sendable {
  /// Calls that succeed first.
  public var after: UInt32 = 0
  /// Of the calls from then on, each of this many fails, beginning with the first: 1 or more.
  public var every: UInt32 = 1
  /// Calls that fail in all; -1 for no limit.
  public var times: Int32 = 1
  /// The filter's value plus one; 0 without a filter.
  private var narrowed: UInt32 = 0
  /// Calls since it was armed that the filter lets pass, and those of them that failed.
  public package(set) var seen: UInt64 = 0
  public package(set) var failed: UInt64 = 0

  public init() {}

  /// The order, the number of the cache, or the number of the level (0 is `pte`) that alone counts;
  /// nil for all.
  public var filter: UInt32? {
    get { narrowed == 0 ? nil : narrowed - 1 }
    set { narrowed = newValue.map { $0 + 1 } ?? 0 }
  }

  /// Failures that are still to come; nil for any number.
  public var left: UInt64? {
    times < 0 ? nil : UInt64(times) - min(failed, UInt64(times))
  }

  /// Counts a call and says whether it fails.
  mutating func count() -> Bool {
    seen += 1
    guard left != 0, seen > UInt64(after), (seen - UInt64(after) - 1) % UInt64(max(every, 1)) == 0
    else { return false }
    failed += 1
    return true
  }
}

/// All injections.
struct Injections: BitwiseCopyable {
  var points = InlineArray<4, Injection>(repeating: Injection())
  /// Failures since boot.
  var failed: UInt64 = 0
  /// For each CPU whether it has a spare vmap_area (`ne_fit_preload_node`); kept only while
  /// descriptors may fail.
  var spares: UInt64 = 0
}

extension RAM {
  var injections: Ref<Injections> { self[Superblock.ref].roots.injections }
}
