/// The words of a line, in room that every line uses again.
@safe
struct TokenList: ~Copyable {
  private var base: UnsafeMutablePointer<Token>
  private var room = 64
  private(set) var count = 0

  init() { unsafe base = UnsafeMutablePointer<Token>.allocate(capacity: room) }

  deinit { unsafe base.deallocate() }

  @inline(__always)
  subscript(index: Int) -> Token {
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

  /// The last word of a line that has any.
  var last: Token { self[count - 1] }

  @inline(__always)
  mutating func removeAll() { count = 0 }

  @inline(__always)
  mutating func append(_ token: Token) {
    if count == room { grow() }
    // Safe: there is room.
    unsafe (base + count).initialize(to: token)
    count += 1
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Token>.allocate(capacity: room * 2)
    // Safe: both hold `count` words and are apart; words need no deinitialisation.
    unsafe larger.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
    room *= 2
  }
}
