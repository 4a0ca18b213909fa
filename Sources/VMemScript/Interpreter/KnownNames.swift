internal import VMem

/// Where the machine keeps the names of the script that runs, by their numbers in the script. A machine
/// forgets no name.
struct KnownNames: ~Copyable {
  private var entries = ReusedArray<Ref<Name>>()

  /// The entry of a name; none while it has not been looked up.
  @inline(__always)
  subscript(number: Int) -> Ref<Name> {
    get { number < entries.count ? entries[number] : .none }
    set {
      while entries.count <= number { entries.append(.none) }
      entries[number] = newValue
    }
  }

  mutating func removeAll() { entries.removeAll() }
}

extension Interpreter {
  /// Takes the arguments of a line as the parser has prepared them.
  @inline(__always)
  mutating func takeArguments(
    _ line: CodeLine, at: Int, of program: Program
  ) throws(LineFailure) {
    call.arguments.removeAll()
    var word = line.arguments(at)
    let end = word + line.argumentSize
    while word < end {
      let argument = PreparedArgument(program.code, at: &word)
      let value: UInt64
      switch argument.form {
      case .constant: value = argument.value
      case .name: value = try self.value(of: argument)
      case .number: value = try call.number(machine, call.tokens[argument.token])
      case .address: value = try call.address(machine, call.tokens[argument.token])
      }
      call.arguments.set(argument.id, value, token: argument.token)
    }
  }

  /// The address or number that a name stands for; of pages the address of the first.
  @inline(__always)
  private mutating func value(of argument: PreparedArgument) throws(LineFailure) -> UInt64 {
    let known = knownNames[Int(argument.name)]
    if !known.isNone, let value = machine.names.value(of: known) { return value }
    return try lookUp(argument)
  }

  @inline(never)
  private mutating func lookUp(_ argument: PreparedArgument) throws(LineFailure) -> UInt64 {
    let token = call.tokens[argument.token]
    if let name = token.text.withSpan({ machine.names.lookUp($0) }) {
      knownNames[Int(argument.name)] = name
    }
    return try call.address(machine, token)
  }

  /// The entry of the name that the line binds, made when it is new.
  @inline(__always)
  mutating func declareName(_ line: CodeLine) throws(LineFailure) -> Ref<Name> {
    let word = call.tokens[Int(line.head.nameToken)].text
    let known = line.target > 0 ? knownNames[line.target - 1] : .none
    if !known.isNone, !machine.names.isLive(known) { return known }
    let name = try declare(word)
    if line.target > 0 { knownNames[line.target - 1] = name }
    return name
  }
}
