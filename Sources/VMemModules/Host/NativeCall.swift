internal import CHost
internal import CModule
internal import VMem

/// A call that a module makes: its arguments as the registers and the stack have them.
struct NativeCall {
  let host: ModuleHost
  /// Position in the table.
  let function: Int
  private let arguments: UnsafePointer<UInt64>
  private let stack: UnsafePointer<UInt64>
  /// Where it returns to.
  let caller: UInt64

  init(
    host: ModuleHost, function: Int, arguments: UnsafePointer<UInt64>,
    stack: UnsafePointer<UInt64>, caller: UInt64
  ) {
    self.host = host
    self.function = function
    self.arguments = arguments
    self.stack = stack
    self.caller = caller
  }

  /// Argument `index`, 64 bits of it.
  subscript(index: Int) -> UInt64 {
    // Safe: the thunk has stored six registers, and the caller has pushed what is behind them.
    index < 6 ? arguments[index] : stack[index - 6]
  }

  func int(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: self[index]) }
  func uint(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: self[index]) }
  /// An address of the machine's.
  func address(_ index: Int) -> UInt64 { host.unfolded(self[index]) }
  /// A signed 32-bit number as a node: nil for NUMA_NO_NODE.
  func node(_ index: Int) -> Int? { int(index) < 0 ? nil : Int(int(index)) }
  func gfp(_ index: Int) -> GFP { GFP(rawValue: uint(index)) }
  /// The frame of a struct page.
  func pfn(_ index: Int) throws(CallStop) -> UInt64 {
    let offset = self[index] &- UInt64(VMEM_STRUCT_PAGES)
    guard offset & 63 == 0, offset < host.memorySize >> 6 else { throw badPage(self[index]) }
    return offset >> 6
  }

  /// The function's name.
  var name: String { host.table.name(function) }

  /// The machine that the call is made on.
  var machine: Machine {
    // Safe: somebody runs the module, and has told where the machine is.
    unsafeAddress { UnsafePointer(host.place!) }
  }
}

/// What a call ends with instead of a value.
enum CallStop: Error {
  /// It is to be asked again, when other tasks have run.
  case wait
  case oops(Oops)
}

/// A function that modules call.
struct CallEntry: Sendable {
  typealias Handler = @Sendable (NativeCall) throws(CallStop) -> UInt64
  let name: StaticString
  let handler: Handler

  init(_ name: StaticString, _ handler: @escaping Handler) {
    self.name = name
    self.handler = handler
  }
}

/// All of them, by number.
struct CallTable: Sendable {
  let entries: [CallEntry]
  let handlers: [CallEntry.Handler]
  private let names: [String]
  /// Which of them only ask (`CallTable.asking`).
  let asks: [Bool]
  /// Which of them loops are made of that wait (`CallTable.polling`).
  let polls: [Bool]

  init(_ entries: [CallEntry]) {
    self.entries = entries
    handlers = entries.map { $0.handler }
    let names = entries.map { "\($0.name)" }
    self.names = names
    asks = names.map { Self.asking.contains($0) }
    polls = names.map { Self.polling.contains($0) }
  }

  func name(_ number: Int) -> String { names[number] }
  func number(of name: String) -> UInt32? { names.firstIndex(of: name).map(UInt32.init) }
}

extension CallTable {
  static let every = CallTable(
    vmalloc + mappings + areas + pages + kmaps + attributes + slab + caches + print + warnings
      + tasks + contexts + locks + waits + rcu + time + timers + work + machine + percpu + random
      + paging + devices + more + everyTask)
}
