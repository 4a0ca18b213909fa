/// The shapes and bodies of the verbs that lines have called so far.
struct Shapes {
  private var slots = [UInt8](repeating: 0, count: 256)
  private var made: [Shape] = []
  private var bodiesMade: [Verb.Body] = []

  /// Makes the shape of a verb, unless it is there.
  @inline(__always)
  mutating func prepare(_ verb: Int, _ table: borrowing VerbTable) {
    if slots[verb] == 0 { make(verb, table) }
  }

  @inline(never)
  private mutating func make(_ verb: Int, _ table: borrowing VerbTable) {
    let description = table[verb]
    made.append(Shape(description))
    bodiesMade.append(description.body)
    slots[verb] = UInt8(made.count)
  }

  /// The shape of a verb that has been prepared.
  @inline(__always)
  subscript(verb: Int) -> Shape { made[Int(slots[verb]) - 1] }

  @inline(__always)
  func body(_ verb: Int) -> Verb.Body { bodiesMade[Int(slots[verb]) - 1] }
}
