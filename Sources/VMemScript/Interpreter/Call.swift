internal import VMem
internal import VMemViews

/// What the body of a verb works with, beside the machine: its arguments, and where output goes.
struct Call: ~Copyable {
  var tokens = TokenList()
  var unquoted = UnquotedText()
  var arguments = Arguments()
  /// Standard output.
  var output: ViewOutput
  /// Text a verb makes before it is known whether it may be printed.
  var scratch = ByteWriter(descriptor: nil)
  /// Why a call did nothing although it succeeded; told on standard error.
  var note: Refusal?
  /// What else is to be known of a line that succeeded; told on standard error.
  var remarks: [String] = []
  /// What tasks of modules have died of in the line, and what the kernel has complained of.
  var troubles: [String] = []
  /// More on why a line is refused.
  var explanation: Explanation?
  /// The word a refusal is about, when it is about a name.
  var culprit: String?
  /// The symbol of calls that name no other, once it is known.
  var defaultCaller = Ref<Symbol>.none

  /// What the line announces.
  var expectation = Expectation()
  /// Names of a line that does not run yet that no line before it has bound.
  var unbound: [UnboundName] = []

  /// Other images, and which files are the session's own.
  var images: (any Images)?

  /// Whether the line that runs prints nothing.
  var isSilent = false
  /// Whether the line is the first of its script, so that no other has made the files it reads.
  var isFirstLine = false
  let options: Options

  init(output: consuming ViewOutput, options: Options, images: (any Images)? = nil) {
    self.output = output
    self.images = images
    self.options = options
  }

  /// Whether there is more to tell of a line that succeeded.
  @inline(__always)
  var hasNotes: Bool { note != nil || !remarks.isEmpty }

  /// Whether a result line may be written as it comes.
  var printsDirectly: Bool { !isSilent && !options.json && !options.tap && !options.quiet }

  /// Prints a view: not at all on a silent line, and as comments in the Test Anything Protocol.
  mutating func view(_ body: (inout ViewOutput) -> Void) -> Result {
    guard isSilent || options.tap else {
      body(&output)
      return .rows
    }
    var aside = ViewOutput(descriptor: nil, format: .text)
    body(&aside)
    guard !isSilent else { return .rows }
    var isLineStart = true
    for byte in aside.writer.takeBytes() {
      if isLineStart { output.writer.write("# ") }
      output.writer.write(byte: byte)
      isLineStart = byte == 0x0a
    }
    return .rows
  }

  /// The symbol that vmallocinfo shows as the area's caller.
  mutating func caller(_ machine: borrowing Machine) throws(Refusal) -> Ref<Symbol> {
    if !arguments.has(.caller) {
      if defaultCaller.isNone {
        let text: StaticString = "vmemctl+0x0/0x0"
        // Safe: literals live as long as the process.
        let name = unsafe Text(base: text.utf8Start, count: text.utf8CodeUnitCount)
        defaultCaller = try name.withSpan { span throws(Refusal) in
          try machine.intern(caller: span)
        }
      }
      return defaultCaller
    }
    var bytes: [UInt8] = []
    let word = word(.caller)
    for at in 0..<word.count { bytes.append(word[at]) }
    if word.firstIndex(of: UInt8(ascii: "+")) == nil { bytes += Array("+0x0/0x0".utf8) }
    return try machine.intern(caller: bytes.span)
  }

  /// Where the words of a parameter that takes all that is left begin.
  func words(_ parameter: Parameter) -> Range<Int> {
    arguments.token(parameter)..<tokens.count
  }

  /// The word a parameter was given as.
  func word(_ parameter: Parameter) -> Text { tokens[arguments.token(parameter)].text }

  /// Refuses two options that rule each other out.
  func exclude(_ first: Parameter, _ second: Parameter) throws(LineFailure) {
    if arguments.has(first), arguments.has(second) {
      throw .script(
        "both \(first.signature) and \(second.signature)", hint: "one or the other",
        tokens[max(arguments.token(first), arguments.token(second))])
    }
  }

  /// Refuses an option that means nothing without another.
  func require(_ first: Parameter, for second: Parameter) throws(LineFailure) {
    guard arguments.has(second), !arguments.has(first) else { return }
    throw .script(
      "\(second.signature) without \(first.signature)", hint: "it says nothing alone",
      tokens[arguments.token(second)])
  }

  /// A range to be shown: one that ends before it begins is a mistake, for which nothing would be shown.
  func shownRange(_ parameter: Parameter) throws(LineFailure) -> (start: UInt64, end: UInt64) {
    let range = range(parameter)
    guard range.end != 0, range.end < range.start else { return range }
    throw .script(
      "\(hexadecimal(range.start))..\(hexadecimal(range.end)) ends before it begins",
      hint: "START..END, up to END, or START..+LENGTH", tokens[arguments.token(parameter)])
  }

  func range(_ parameter: Parameter) -> (start: UInt64, end: UInt64) {
    (arguments[parameter], arguments.end(parameter))
  }
}
