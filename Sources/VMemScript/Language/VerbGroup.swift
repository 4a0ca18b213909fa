/// Verbs that belong together, in the order help lists them. Their names are known without the verbs: a
/// command that calls one of them makes no other group's descriptions.
struct VerbGroup: Sendable {
  /// Names with a space between two of them.
  private let names: StaticString
  let verbs: @Sendable () -> [Verb]

  init(_ names: StaticString, _ verbs: @escaping @Sendable () -> [Verb]) {
    self.names = names
    self.verbs = verbs
  }

  /// A name by where it is.
  @inline(__always)
  func name(_ start: Int, _ count: Int) -> Text {
    precondition(start >= 0 && count >= 0 && start + count <= names.utf8CodeUnitCount)
    // Safe: literals live as long as the process, and the range was checked.
    return unsafe Text(base: names.utf8Start + start, count: count)
  }

  /// Calls `body` with where each name is.
  func forEachName(_ body: (_ start: Int, _ count: Int) -> Void) {
    let all = name(0, names.utf8CodeUnitCount)
    var start = 0
    for at in 0...all.count where at == all.count || all[at] == UInt8(ascii: " ") {
      body(start, at - start)
      start = at + 1
    }
  }
}
