/// The shapes of the verbs that lines have called so far. They are only looked at where they are: a line
/// neither copies nor retains them.
@safe
struct Shapes: ~Copyable {
  private static let room = 256
  private let made: UnsafeMutablePointer<UnsafeMutablePointer<Shape>?>

  init() {
    unsafe made = .allocate(capacity: Self.room)
    unsafe made.initialize(repeating: nil, count: Self.room)
  }

  deinit {
    // Safe: each was made here, and nobody keeps one.
    for verb in 0..<Self.room {
      guard let shape = unsafe made[verb] else { continue }
      unsafe shape.deinitialize(count: 1)
      unsafe shape.deallocate()
    }
    unsafe made.deallocate()
  }

  /// Makes the shape of a verb, unless it is there.
  @inline(__always)
  mutating func prepare(_ verb: Int, _ table: borrowing VerbTable) {
    precondition(verb >= 0 && verb < Self.room)
    if unsafe made[verb] == nil { make(verb, table) }
  }

  @inline(never)
  private mutating func make(_ verb: Int, _ table: borrowing VerbTable) {
    let shape = UnsafeMutablePointer<Shape>.allocate(capacity: 1)
    unsafe shape.initialize(to: Shape(table[verb]))
    unsafe made[verb] = unsafe shape
  }

  /// Where the shape of a verb is that has been prepared, for calls that change something beside it.
  @inline(__always)
  func place(_ verb: Int) -> ShapePlace {
    precondition(verb >= 0 && verb < Self.room)
    // Safe: checked.
    return unsafe ShapePlace(pointer: UnsafePointer(made[verb]!))
  }

  /// The shape of a verb that has been prepared.
  subscript(verb: Int) -> Shape {
    @inline(__always) unsafeAddress {
      precondition(verb >= 0 && verb < Self.room)
      // Safe: checked; the shape lives as long as this.
      return unsafe UnsafePointer(made[verb]!)
    }
  }
}

/// Where a shape is. It must not outlive the shapes it came from.
@safe
struct ShapePlace {
  fileprivate let pointer: UnsafePointer<Shape>

  var shape: Shape {
    @inline(__always) unsafeAddress { unsafe pointer }
  }
}
