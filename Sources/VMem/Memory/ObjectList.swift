/// An object of an `ObjectList`: it carries the list's links.
protocol Listed: SlabObject {
  var next: Ref<Self> { get set }
  var previous: Ref<Self> { get set }
}

/// All objects of a type, the newest first: a list in RAM that is linked both ways.
///
/// An object is on it from its making to its end, so that being linked is what tells an object in use
/// from one that is gone. The corresponding kernel structure is `struct list_head`.
struct ObjectList<Object: Listed>: BitwiseCopyable {
  private(set) var first = Ref<Object>.none

  var isEmpty: Bool { first.isNone }

  /// The object at a physical address, or nil where none is in use. Complexity: O(1).
  func object(at address: UInt64, _ ram: RAM) -> Ref<Object>? {
    guard let object = ObjectCaches(ram: ram).object(at: address, Object.self) else { return nil }
    let previous = ram[object].previous
    let isLinked = previous.isNone ? first == object : ram[previous].next == object
    return isLinked ? object : nil
  }

  /// Complexity: O(1).
  mutating func insert(_ object: Ref<Object>, _ ram: RAM) {
    ram[object].previous = .none
    ram[object].next = first
    if !first.isNone { ram[first].previous = object }
    first = object
  }

  /// Complexity: O(1).
  mutating func remove(_ object: Ref<Object>, _ ram: RAM) {
    let (previous, next) = (ram[object].previous, ram[object].next)
    if previous.isNone { first = next } else { ram[previous].next = next }
    if !next.isNone { ram[next].previous = previous }
    ram[object].previous = .none
    ram[object].next = .none
  }

  /// Calls `body` for every object, the newest first; it may remove that one.
  func forEach(_ ram: RAM, _ body: (Ref<Object>) -> Void) {
    var at = first
    var limit = ObjectCaches(ram: ram).stepLimit(Object.self)
    while !at.isNone {
      limit.step()
      let next = ram[at].next
      body(at)
      at = next
    }
  }

  /// The objects as far as they can be followed; links lead both ways.
  func check(_ what: StaticString, _ checker: inout Checker) -> [Ref<Object>] {
    var found: [Ref<Object>] = []
    var at = first
    while !at.isNone, !checker.isFull, checker.use(at, what) {
      checker.expect(
        checker.ram[at].previous == found.last ?? .none, what, at.physicalAddress,
        checker.ram[at].previous.physicalAddress)
      found.append(at)
      at = checker.ram[at].next
    }
    return found
  }
}
