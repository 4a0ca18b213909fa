internal import VMem

/// Objects of a machine whose number may grow without their cost.
enum GrowthWork: String, CaseIterable {
  case areas, pages, files, buffers, spaces, arenas, stacks, names

  /// Most of them that a machine has room for.
  var most: Int {
    switch self {
    // 32 TiB of addresses, 4 GiB each.
    case .arenas: 4096
    // Each is aligned to 16 KiB and has a guard page, and four frames.
    case .stacks: 1_000_000
    // Frames for each: the top-level table of a space, the page of a set.
    case .spaces, .files, .buffers: 1_000_000
    case .areas, .pages, .names: 10_000_000
    }
  }

  /// Bytes of RAM that are enough for one, records included.
  var bytes: UInt64 {
    switch self {
    case .areas, .names: 512
    case .pages, .files, .buffers: 8192
    case .spaces: 32768
    case .stacks: 24576
    case .arenas: 65536
    }
  }

  /// What all of them need, made before the first.
  func prepare(_ machine: borrowing Machine) throws(Refusal) -> UInt64 {
    guard self == .buffers else { return 0 }
    let memfd = try machine.files.createMemfd(allowsSealing: true)
    try machine.files.ftruncate(memfd, size: 4096)
    try machine.files.addSeals(memfd, .shrink)
    return memfd
  }

  /// Makes number `index`, and returns what takes it away again.
  @inline(__always)
  func make(
    _ machine: borrowing Machine, _ index: Int, _ prepared: UInt64
  ) throws(Refusal) -> UInt64 {
    switch self {
    case .areas: return try machine.vmAreas.getVMArea(size: 16384)
    case .pages:
      return UInt64(machine.pageSets.page(0, of: try machine.allocatePages(count: 1)) ?? 0)
    case .files: return try machine.files.createMemfd(allowsSealing: false)
    case .buffers:
      let item = UdmabufItem(memfd: prepared, offset: 0, size: 4096)
      return try machine.files.createUdmabuf(item, closesOnExec: false)
    case .spaces: return try machine.users.allocateMM()
    case .arenas: return try machine.arenas.createArena(Machine.ArenaRequest(pages: 1))
    case .stacks:
      return try machine.stacks.allocateStack(size: 16384, policy: .static, caller: .none)
    case .names:
      machine.names.bind(try declare(machine, index), number: UInt64(index))
      return UInt64(index)
    }
  }

  /// Takes one away: its end, or for a name, which has none, another meaning.
  @inline(__always)
  func drop(_ machine: borrowing Machine, _ made: UInt64) throws(Refusal) {
    switch self {
    case .areas: try machine.vmAreas.freeVMArea(made)
    case .pages: try machine.pageSets.freePages([made])
    case .files: try machine.files.closeFile(made)
    case .buffers: try machine.files.closeBuffer(made)
    case .spaces: try machine.users.putMM(made)
    case .arenas: try machine.arenas.freeArena(made)
    case .stacks: try machine.stacks.freeStack(made)
    case .names: machine.names.bind(try declare(machine, Int(made)), number: 0)
    }
  }

  /// The entry of a name as scripts number them: `n`, and seven digits.
  private func declare(
    _ machine: borrowing Machine, _ index: Int
  ) throws(Refusal) -> Ref<Name> {
    var text = InlineArray<8, UInt8>(repeating: 0)
    text[0] = UInt8(ascii: "n")
    var rest = index
    for at in (1..<8).reversed() {
      text[at] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    return try machine.names.declare(text.span)
  }
}
