internal import VMem

/// The places in modules that have called the engine, each of them once. What refers to one keeps its
/// number, which stays good when its module is gone.
struct Callers {
  struct Caller {
    /// `f+0x13/0xc2 [mod]`.
    let name: String
    let module: String
  }

  private var all: [Caller] = []
  private var numbers: [UInt64: UInt32] = [:]
  /// The symbols that areas show, in RAM, where they outlast the module; `none` where none is made yet.
  private var symbols: [Ref<Symbol>] = []
  /// Those that called last, by the low bits of the address.
  private var recent = [(address: UInt64, number: UInt32)](repeating: (0, 0), count: 64)

  subscript(number: UInt32) -> Caller { all[Int(number)] }

  /// The number of the place that a call returns to.
  mutating func number(
    of address: UInt64, _ describe: (UInt64) -> Caller
  ) -> UInt32 {
    let slot = Int(truncatingIfNeeded: address ^ address >> 6) & 63
    if recent[slot].address == address { return recent[slot].number }
    let number: UInt32
    if let known = numbers[address] {
      number = known
    } else {
      number = UInt32(all.count)
      all.append(describe(address))
      symbols.append(.none)
      numbers[address] = number
    }
    recent[slot] = (address, number)
    return number
  }

  /// The symbol of a place, made at its first use.
  mutating func symbol(_ number: UInt32, _ machine: borrowing Machine) -> Ref<Symbol> {
    let known = symbols[Int(number)]
    if known != .none { return known }
    let text = Array(all[Int(number)].name.utf8.prefix(Symbol.maximumLength))
    let made = (try? machine.intern(caller: text.span)) ?? .none
    symbols[Int(number)] = made
    return made
  }

  /// Other code may lie at a module's addresses from now on.
  mutating func forget(_ isGone: (UInt64) -> Bool) {
    numbers = numbers.filter { !isGone($0.key) }
    recent = recent.map { isGone($0.address) ? (0, 0) : $0 }
  }
}
