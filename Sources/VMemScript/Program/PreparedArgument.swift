/// An argument of a line as far as it is known before the line runs: a word of code behind the words of
/// the line, and another for a large value.
struct PreparedArgument {
  enum Form: UInt8 {
    /// `value` is all there is to know.
    case constant
    /// The address or number that a name stands for.
    case name
    /// The word says it, with names of `let` or of areas in it.
    case number
    case address
  }

  let id: UInt8
  let form: Form
  /// Index of its word.
  let token: Int
  /// Which of the script's names it is.
  let name: UInt32
  let value: UInt64

  init(id: UInt8, _ form: Form, token: Int, name: Int = 0, value: UInt64 = 0) {
    self.id = id
    self.form = form
    self.token = token
    self.name = UInt32(truncatingIfNeeded: name)
    self.value = value
  }

  /// The argument at `at`, which moves behind it.
  @inline(__always)
  init(_ code: borrowing Code, at: inout Int) {
    let first = code[at]
    id = UInt8(truncatingIfNeeded: first)
    form = Form(rawValue: UInt8(truncatingIfNeeded: first >> 8 & 3)) ?? .constant
    token = Int(truncatingIfNeeded: first >> 11 & 0x1f_ffff)
    name = UInt32(truncatingIfNeeded: first >> 32)
    let isLarge = first >> 10 & 1 != 0
    value = isLarge ? code[at + 1] : first >> 32
    at += isLarge ? 2 : 1
  }

  @inline(__always)
  func write(to code: inout Code) {
    let isLarge = value > UInt64(UInt32.max)
    let place = UInt64(form.rawValue) << 8 | (isLarge ? 1 << 10 : 0) | UInt64(token) << 11
    let small = form == .constant ? isLarge ? 0 : value : UInt64(name)
    code.append(UInt64(id) | place | small << 32)
    if isLarge { code.append(value) }
  }
}

extension Parser {
  /// Writes the arguments that have been decoded behind the words of their line, as `line` tells. Some
  /// parameters need more than numbers and names: a line that has one of them is decoded when it runs.
  mutating func prepareArguments(_ line: inout CodeLine) {
    let verb = Int(line.head.verb)
    guard shapes[verb].isPlain else { return }
    for number in 0..<call.arguments.count {
      let parameter = call.arguments.order(number)
      guard let argument = prepared(shapes[verb].id(parameter), shapes[verb].kind(parameter)) else {
        prepared.removeAll()
        return
      }
      argument.write(to: &prepared)
    }
    line.isPrepared = true
    line.argumentSize = prepared.count
  }

  @inline(__always)
  private mutating func prepared(_ id: UInt8, _ kind: Parameter.Kind) -> PreparedArgument? {
    let (value, at) = call.arguments.given(id)
    let constant = PreparedArgument(id: id, .constant, token: at, value: value)
    switch kind {
    case .flag, .choice, .word: return constant
    // Digits may be told of when the line runs.
    case .flagWords: return call.tokens[at].text.byte(0).isLetter ? constant : nil
    case .number:
      let isNamed = call.tokens[at].text.byte(0).isLetter
      return isNamed ? PreparedArgument(id: id, .number, token: at) : constant
    case .address:
      let text = call.tokens[at].text
      if let name = names.index(of: text) {
        return PreparedArgument(id: id, .name, token: at, name: name)
      }
      let isPlain = text.byte(0).isDigit && text.endOfDigits == text.count
      return isPlain ? constant : PreparedArgument(id: id, .address, token: at)
    default: return nil
    }
  }
}
