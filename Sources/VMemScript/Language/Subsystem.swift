/// What a part of the machine adds to the language. A new one is a word of `all`.
///
/// The names of its verbs are known without the verbs: a command that calls one of them makes no other
/// subsystem's descriptions.
struct Subsystem: Sendable {
  /// Names of the verbs, with a space between two of them.
  private let names: StaticString
  let verbs: @Sendable () -> [Verb]
  let counters: @Sendable () -> [Counter]

  init(
    _ names: StaticString, verbs: @autoclosure @escaping @Sendable () -> [Verb],
    counters: @autoclosure @escaping @Sendable () -> [Counter] = []
  ) {
    self.names = names
    self.verbs = verbs
    self.counters = counters
  }

  /// All of them, in the order of help.
  static let all: [Subsystem] = [
    .machine, .steps, .injection, .selfTest, .pages, .areas, .traces, .mapping, .setMemory, .memory,
    .kmap, .protectionKeys, .users, .arenas, .files, .buffers, .stacks, .modules, .access, .views,
    .addressSpace, .tlb, .audits, .dumps, .images, .language, .exercises,
  ]

  /// A name by where it is.
  @inline(__always)
  func name(_ start: Int, _ count: Int) -> Text {
    precondition(start >= 0 && count >= 0 && start + count <= names.utf8CodeUnitCount)
    // Safe: literals live as long as the process, and the range was checked.
    return unsafe Text(base: names.utf8Start + start, count: count)
  }

  private var all: Text { name(0, names.utf8CodeUnitCount) }

  /// How many verbs it has.
  var verbCount: Int { all.count(of: UInt8(ascii: " ")) + 1 }

  /// Which of its verbs has a name; as many as it has verbs for none.
  func position(of name: Text) -> Int {
    let all = all
    var (position, start) = (0, 0)
    while start < all.count {
      let end = all.first(UInt8(ascii: " "), in: start..<all.count)
      if end - start == name.count, all[start..<end] == name { break }
      position += 1
      start = end + 1
    }
    return position
  }

  func appendNames(to letters: inout [UInt8]) {
    // Safe: a literal is as long as it says.
    unsafe letters.append(
      contentsOf: UnsafeBufferPointer(start: names.utf8Start, count: names.utf8CodeUnitCount))
  }

  /// Calls `body` with where each name is.
  @inline(__always)
  func forEachName(_ body: (_ start: Int, _ count: Int) -> Void) {
    let all = all
    var start = 0
    while start < all.count {
      let end = all.first(UInt8(ascii: " "), in: start..<all.count)
      body(start, end - start)
      start = end + 1
    }
  }
}
