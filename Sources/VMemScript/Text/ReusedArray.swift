internal import Glibc
internal import VMem

/// Values one behind the other, in room that grows as they come and is kept when they go. Unlike an array it
/// needs no type that Swift makes while the program runs, which short commands would notice.
@safe
struct ReusedArray<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var room = 64
  private(set) var count = 0

  init() { unsafe base = Self.resized(nil, room) }

  deinit { unsafe free(base) }

  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      // Safe: checked; everything below `count` was written.
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      // Safe: checked.
      unsafe base[index] = newValue
    }
  }

  var last: Element { self[count - 1] }

  @inline(__always)
  mutating func removeAll() { count = 0 }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == room { grow() }
    // Safe: there is room.
    unsafe (base + count).initialize(to: element)
    count += 1
  }

  /// Appends three values.
  @inline(__always)
  mutating func append(_ first: Element, _ second: Element, _ third: Element) {
    if room - count < 3 { grow() }
    // Safe: there is room.
    unsafe (base + count).initialize(to: first)
    unsafe (base + count + 1).initialize(to: second)
    unsafe (base + count + 2).initialize(to: third)
    count += 3
  }

  /// Appends so many values, by their numbers.
  @inline(__always)
  mutating func append(_ more: Int, _ value: (Int) -> Element) {
    precondition(more >= 0)
    while room - count < more { grow() }
    for number in 0..<more {
      // Safe: there is room.
      unsafe (base + count + number).initialize(to: value(number))
    }
    count += more
  }

  /// Makes room for so many values at once, in huge pages where there are many.
  mutating func reserve(_ more: Int) {
    guard more > room else { return }
    room = more
    unsafe base = Self.resized(base, room)
    unsafe HugePages.expect(
      UnsafeMutableRawBufferPointer(start: base, count: room * MemoryLayout<Element>.stride))
  }

  @inline(never)
  private mutating func grow() {
    room *= 2
    unsafe base = Self.resized(base, room)
  }

  /// Room for so many values; what was there moves with it, large parts without being copied.
  private static func resized(
    _ base: UnsafeMutablePointer<Element>?, _ room: Int
  ) -> UnsafeMutablePointer<Element> {
    // Safe: nil, or what this has given before; values need no deinitialisation.
    guard let new = unsafe realloc(base, room * MemoryLayout<Element>.stride) else {
      fatalError("the host gives no memory for \(room) words of a script")
    }
    return unsafe new.assumingMemoryBound(to: Element.self)
  }
}
