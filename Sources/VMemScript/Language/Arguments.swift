internal import Glibc

/// The decoded arguments of one line: fixed room that every line uses again.
@safe
struct Arguments: ~Copyable {
  private struct Slot {
    var value: UInt64
    /// The end of a range; a length.
    var end: UInt64
    /// Index of the word the value came from.
    var token: Int
  }

  private(set) var given = ParameterSet()
  /// By the number of a parameter. They are apart, so that looking at one copies no other.
  private let slots: UnsafeMutablePointer<Slot>
  /// The parameters that words have been decoded for, in the order of these: indices in their shape.
  private let decoded: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  /// Frame numbers of the page list.
  var pages: [UInt64] = []
  /// Whether there are more, in a script that does not run yet.
  var hasUnknownPages = false
  var bytes: [UInt8] = []

  init() {
    // Safe: a slot of zeroes is one, and the host's zeroes are not touched before they are used.
    unsafe slots = calloc(ParameterSet.room, MemoryLayout<Slot>.stride)!
      .bindMemory(to: Slot.self, capacity: ParameterSet.room)
    unsafe decoded = .allocate(capacity: Shape.maximumParameters)
    unsafe decoded.initialize(repeating: 0, count: Shape.maximumParameters)
  }

  deinit {
    unsafe free(slots)
    unsafe decoded.deallocate()
  }

  @inline(__always)
  mutating func removeAll() {
    given = ParameterSet()
    count = 0
  }

  /// Takes note that words have been decoded for the parameter with an index; no line has one twice.
  @inline(__always)
  mutating func note(_ parameter: Int) {
    precondition(count < Shape.maximumParameters)
    // Safe: checked.
    unsafe decoded[count] = UInt8(truncatingIfNeeded: parameter)
    count += 1
  }

  /// The index of the parameter that came as the so many-th.
  @inline(__always)
  func order(_ number: Int) -> Int {
    precondition(number >= 0 && number < count)
    // Safe: checked.
    return unsafe Int(decoded[number])
  }

  @inline(__always)
  func has(_ parameter: Parameter) -> Bool { given.contains(parameter) }

  @inline(__always)
  func has(id: UInt8) -> Bool { given.contains(id) }

  // Safe, here and below: there is a slot for every number of eight bits.
  @inline(__always)
  mutating func set(_ id: UInt8, _ value: UInt64, end: UInt64 = 0, token: Int) {
    given.insert(id)
    unsafe slots[Int(id)] = Slot(value: value, end: end, token: token)
  }

  /// The value and the index of the word of a parameter that was given.
  @inline(__always)
  func given(_ id: UInt8) -> (value: UInt64, token: Int) {
    unsafe (slots[Int(id)].value, slots[Int(id)].token)
  }

  /// The value of a parameter that was given.
  @inline(__always)
  subscript(parameter: Parameter) -> UInt64 { unsafe slots[Int(parameter.id)].value }

  @inline(__always)
  subscript(parameter: Parameter, default value: UInt64) -> UInt64 {
    has(parameter) ? self[parameter] : value
  }

  @inline(__always)
  func end(_ parameter: Parameter) -> UInt64 { unsafe slots[Int(parameter.id)].end }

  @inline(__always)
  func token(_ parameter: Parameter) -> Int { unsafe slots[Int(parameter.id)].token }
}
