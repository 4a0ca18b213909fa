/// What time and accesses alone leave in RAM: the clock, and the entries of TLBs with their counters.
package struct AccessTraces {
  private var state = TLBState()
  private var cpus: UInt32 = 0
  /// Where the CPUs' own records begin, in bytes.
  private var perCPU: UInt64 = 0

  private static let stateStart = UInt64(TLBState.ref.granule) << 4

  /// - Parameter first: the bytes of the first frame.
  package init(first: [UInt8]) {
    guard first.count == 4096 else { return }
    unsafe first.withUnsafeBytes { bytes in
      // Safe: both stand in the first frame, and any bits are values of their types.
      let superblock = unsafe bytes.loadUnaligned(as: Superblock.self)
      state = unsafe bytes.loadUnaligned(
        fromByteOffset: Int(Self.stateStart), as: TLBState.self)
      cpus = min(superblock.cpuCount, UInt32(Configuration.maximumCPUs))
      perCPU = UInt64(superblock.perCPU.granule) << 4
    }
  }

  /// The bytes of a frame that are such traces.
  package func places(in frame: UInt32) -> [Range<Int>] {
    if state.slots > 0,
      (0..<cpus).contains(where: { frame &- state.frame(Int($0)) < state.framesPerCPU })
    {
      return [0..<4096]
    }
    var found: [Range<Int>] = []
    func add(_ start: UInt64, _ size: Int) {
      guard start >> 12 == frame else { return }
      found.append(Int(start & 4095)..<Int(start & 4095) + size)
    }
    if let clock = MemoryLayout<Superblock>.offset(of: \.clock) { add(UInt64(clock), 8) }
    add(Self.stateStart, MemoryLayout<TLBState>.size)
    if let used = MemoryLayout<PerCPU>.offset(of: \.tlbUsed) {
      for cpu in 0..<Int(cpus) {
        add(perCPU + UInt64(cpu * MemoryLayout<PerCPU>.stride + used), 4)
      }
    }
    return found
  }
}
