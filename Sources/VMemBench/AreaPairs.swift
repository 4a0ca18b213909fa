internal import VMem

/// The machine and the random choices of `bench areas`.
@safe
struct AreaPairs: ~Copyable {
  private let machine: Machine
  private let pattern: AreasBenchmark.Pattern
  private var random: UInt64
  /// Addresses of the live areas.
  private let slots: UnsafeMutableBufferPointer<UInt64>
  private let live: Int
  private var turn = 0
  /// FNV-1a over the addresses of all areas, in order.
  private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  init(
    live: Int, cpus: Int, pattern: AreasBenchmark.Pattern, seed: UInt64
  ) throws(BenchmarkFailure) {
    var configuration = Configuration()
    configuration.memory = 4 << 30
    configuration.cpus = cpus
    machine = try Machine.booted(configuration)
    self.pattern = pattern
    self.live = live
    random = seed
    unsafe slots = .allocate(capacity: live)
    unsafe slots.initialize(repeating: 0)
  }

  deinit { unsafe slots.deallocate() }

  /// Allocates the areas that live all the time.
  mutating func fill() throws(BenchmarkFailure) {
    do throws(Refusal) {
      for slot in 0..<live {
        let address = try machine.vmAreas.getVMArea(size: nextSize())
        // Safe: slots are numbered below `live`.
        unsafe slots[slot] = address
        add(address)
      }
    } catch {
      throw .refused(error)
    }
  }

  /// Frees and allocates an area so many times.
  mutating func run(_ pairs: Int) throws(BenchmarkFailure) {
    do throws(Refusal) {
      for _ in 0..<pairs { try pair() }
    } catch {
      throw .refused(error)
    }
  }

  /// Whether the areas that should live do, and no others.
  func check() throws(BenchmarkFailure) {
    let busy = machine.counters.busyAreas
    guard busy == UInt64(live) else { throw .wrong("\(busy) areas live, not \(live)") }
  }

  @inline(__always)
  private mutating func pair() throws(Refusal) {
    let slot =
      switch pattern {
      case .lifo: live - 1
      case .fifo: turn
      case .random: Int(below(UInt64(live)))
      }
    turn = turn + 1 == live ? 0 : turn + 1
    // Safe: slots are numbered below `live`.
    try machine.vmAreas.freeVMArea(unsafe slots[slot])
    let address = try machine.vmAreas.getVMArea(size: nextSize())
    unsafe slots[slot] = address
    add(address)
  }

  @inline(__always)
  private mutating func nextSize() -> UInt64 { 4096 * (1 + below(16)) }

  /// xorshift64*.
  @inline(__always)
  private mutating func below(_ bound: UInt64) -> UInt64 {
    random ^= random >> 12
    random ^= random << 25
    random ^= random >> 27
    return (((random &* 0x2545_f491_4f6c_dd1d) >> 32) * bound) >> 32
  }

  @inline(__always)
  private mutating func add(_ address: UInt64) { hash = (hash ^ address) &* 0x0100_0000_01b3 }
}
