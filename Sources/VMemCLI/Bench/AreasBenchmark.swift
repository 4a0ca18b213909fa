internal import Glibc
internal import VMem

/// Frees and allocations of areas beside the host's own mmap and munmap of 16 KiB.
///
/// The work is fixed to the last address: sizes and slots come from a generator whose seed is given,
/// so the hash of all addresses tells whether the right work was done.
struct AreasBenchmark {
  enum Pattern: String, CaseIterable, Sendable {
    /// The newest area, each in turn, or any area is freed and allocated again.
    case lifo, fifo, random
  }

  /// Areas that live all the time.
  let live: Int
  let cpus: Int
  let pattern: Pattern
  /// Pairs of a free and an allocation: timed in each repetition, and before the first.
  let pairs: Int
  let warm: Int
  let repetitions: Int
  let seed: UInt64

  struct Report {
    let addressHash: UInt64
    /// Of all pairs of a repetition.
    let ours: Timings
    let peer: Timings
    let peerPairs: Int
  }

  func run() throws(ProcessFailure) -> Report {
    var work = try Work(self)
    do throws(Refusal) {
      try work.fill()
      for _ in 0..<warm { try work.pair() }
    } catch {
      throw Self.failure(error)
    }
    var ours: [UInt64] = []
    var peers: [UInt64] = []
    let peerPairs = min(pairs, 100_000)
    for _ in 0..<repetitions {
      // The peer runs between the repetitions, so that both meet the same neighbours.
      peers.append(try Self.peer(peerPairs))
      let start_ns = Timings.now_ns()
      do throws(Refusal) {
        for _ in 0..<pairs { try work.pair() }
      } catch {
        throw Self.failure(error)
      }
      ours.append(Timings.now_ns() - start_ns)
    }
    return Report(
      addressHash: work.hash, ours: Timings(ours), peer: Timings(peers), peerPairs: peerPairs)
  }

  private static func failure(_ refusal: Refusal) -> ProcessFailure {
    ProcessFailure(
      message: "an area was refused: \(refusal.rule)", exitCode: 1)
  }

  /// Nanoseconds of `pairs` times mmap and munmap of 16 KiB, untouched.
  private static func peer(_ pairs: Int) throws(ProcessFailure) -> UInt64 {
    let start_ns = Timings.now_ns()
    for _ in 0..<pairs {
      // Safe: a mapping of its own, unmapped at once.
      let place = unsafe mmap(
        nil, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard unsafe munmap(place, 16384) == 0 else {
        throw ProcessFailure(
          message: "mmap: \(Streams.text(ofErrno: errno))", exitCode: EX_IOERR)
      }
    }
    return Timings.now_ns() - start_ns
  }

  // MARK: Report

  func text(_ report: Report) -> String {
    """
    live areas    \(live), \(pattern.rawValue), \(cpus) CPU\(cpus == 1 ? "" : "s")
    addr_hash     \(Self.hex(report.addressHash))
    ns per pair   \(perPair(report.ours.median_ns, pairs))
      fastest     \(perPair(report.ours.minimum_ns, pairs))
      slowest     \(perPair(report.ours.maximum_ns, pairs))
    mmap+munmap   \(perPair(report.peer.median_ns, report.peerPairs))
    ratio         \(ratio(report))

    """
  }

  func json(_ report: Report) -> String {
    "{\"bench\":\"areas\",\"live\":\(live),\"cpus\":\(cpus),\"pattern\":\"\(pattern.rawValue)\""
      + ",\"pairs\":\(pairs),\"reps\":\(repetitions)"
      + ",\"addr_hash\":\"\(Self.hex(report.addressHash))\""
      + ",\"ns_per_pair\":\(perPair(report.ours.median_ns, pairs))"
      + ",\"ns_per_pair_min\":\(perPair(report.ours.minimum_ns, pairs))"
      + ",\"ns_per_pair_max\":\(perPair(report.ours.maximum_ns, pairs))"
      + ",\"peer_ns_per_pair\":\(perPair(report.peer.median_ns, report.peerPairs))"
      + ",\"ratio\":\(ratio(report))}\n"
  }

  private func perPair(_ duration_ns: UInt64, _ pairs: Int) -> String {
    Decimal.ratio(duration_ns, UInt64(pairs))
  }

  private func ratio(_ report: Report) -> String {
    Decimal.ratio(
      report.ours.median_ns * UInt64(report.peerPairs) / UInt64(pairs),
      max(1, report.peer.median_ns))
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The machine and the random choices of a run.
@safe
private struct Work: ~Copyable {
  private let machine: Machine
  private let pattern: AreasBenchmark.Pattern
  private var random: UInt64
  /// Addresses of the live areas.
  private let slots: UnsafeMutableBufferPointer<UInt64>
  private let live: Int
  private var turn = 0
  private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ benchmark: AreasBenchmark) throws(ProcessFailure) {
    var configuration = Configuration()
    configuration.memory = 4 << 30
    configuration.cpus = benchmark.cpus
    machine = try Machine.booted(configuration)
    pattern = benchmark.pattern
    live = benchmark.live
    random = benchmark.seed
    unsafe slots = .allocate(capacity: live)
    unsafe slots.initialize(repeating: 0)
  }

  deinit { unsafe slots.deallocate() }

  mutating func fill() throws(Refusal) {
    for slot in 0..<live {
      let address = try machine.getVMArea(size: nextSize())
      // Safe: slots are numbered below `live`.
      unsafe slots[slot] = address
      add(address)
    }
  }

  @inline(__always)
  mutating func pair() throws(Refusal) {
    let slot =
      switch pattern {
      case .lifo: live - 1
      case .fifo: turn
      case .random: Int(below(UInt64(live)))
      }
    turn = turn + 1 == live ? 0 : turn + 1
    try machine.freeVMArea(unsafe slots[slot])
    machine.runScheduledWork()
    let address = try machine.getVMArea(size: nextSize())
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
