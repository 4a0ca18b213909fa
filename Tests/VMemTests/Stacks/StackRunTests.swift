import Glibc
import Testing

@testable import VMem

/// Native code on stacks, in processes of its own.
struct StackRunTests {
  /// What fails in a process of its own is told on standard error.
  private static func expect(_ holds: Bool, _ what: String) {
    guard !holds else { return }
    let line = Array("failed: \(what)\n".utf8)
    write(STDERR_FILENO, line, line.count)
  }

  private func check(_ ended: ExitTest.Result?) {
    let text = String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("failed: ") {
      Issue.record("\(line.dropFirst(8))")
    }
  }

  private static func machine(cpus: Int = 1) throws -> Machine {
    let machine = try Machine(Configuration(memory: 64 << 20, cpus: cpus))
    return machine
  }

  private static func word(_ machine: borrowing Machine, _ address: UInt64) -> UInt64? {
    try? machine.mmu.load(address)
  }

  /// Runs, and says how it ended.
  private static func run(
    _ machine: borrowing Machine, _ stack: UInt64, _ depth: UInt64, _ frame: UInt64,
    allowsUserfault: Bool
  ) throws -> (used: UInt64?, rule: Rule?) {
    let size = machine.vmAreas.findVMArea(stack)?.size ?? 4096
    guard let window = HostWindow(size: Int(size), allowsUserfault: allowsUserfault) else {
      return (nil, .noHostWindow)
    }
    if !allowsUserfault { expect(!window.usesUserfault, "userfault in use") }
    do throws(Refusal) {
      return (
        try machine.stacks.runOnStack(stack, depth: depth, frame: frame, in: window), nil
      )
    } catch {
      return (nil, error.rule)
    }
  }

  /// Whether the frames of a run down to a depth are on the stack: each one's own depth in its lowest
  /// word, its caller's in the highest.
  private static func hasFrames(
    _ machine: borrowing Machine, _ stack: UInt64, _ size: UInt64, to depth: UInt64,
    _ frame: UInt64
  ) -> Bool {
    stride(from: frame, through: depth, by: Int(frame)).allSatisfy { own in
      word(machine, stack + size - own) == own
        && word(machine, stack + size - own + frame - 8) == own - frame
    }
  }

  private static func policies(allowsUserfault: Bool) throws {
    for policy in StackPolicy.allCases {
      for (depth, frame) in [(1, 16), (4096, 16), (4097, 256), (12288, 1024), (16384, 4096)] {
        let machine = try machine()
        let stack = try machine.stacks.allocateStack(policy: policy)
        try machine.stacks.touchStack(stack, depth: 100, isWrite: true)
        let (used, rule) = try run(
          machine, stack, UInt64(depth), UInt64(frame), allowsUserfault: allowsUserfault)
        let frames = UInt64((depth + frame - 1) / frame * frame)
        let place = "\(policy), depth \(depth), frame \(frame)"
        expect(used == frames && rule == nil, "\(place): \(String(describing: used))")
        expect(
          hasFrames(machine, stack, 16384, to: frames, UInt64(frame)), "\(place): frames")
        expect(machine.check().isEmpty, "\(place): check")
        // What lies between the frames is what it was.
        if frame > 256 {
          expect(word(machine, stack + 16384 - 104) == 104, "\(place): older contents")
        }
        let pages = machine.vmAreas.findVMArea(stack)?.pageCount
        let touched = UInt32((frames + 4095) / 4096)
        if policy == .reclaim {
          expect(
            try machine.stacks.reclaimStack(stack) == 4 - UInt64(touched), "\(place): accessed")
        } else {
          expect(pages == (policy == .dynamic ? touched : 4), "\(place): pages")
        }
      }
    }
  }

  @Test func everyPolicyByUserfault() async {
    check(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        try StackRunTests.policies(allowsUserfault: true)
      })
  }

  @Test func everyPolicyBySignals() async {
    check(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        try StackRunTests.policies(allowsUserfault: false)
      })
  }

  private static func ends() throws {
    for allowsUserfault in [true, false] {
      let machine = try machine()
      let stack = try machine.stacks.allocateStack(policy: .dynamic)
      func end(_ depth: UInt64, _ frame: UInt64) throws -> Rule? {
        try run(machine, stack, depth, frame, allowsUserfault: allowsUserfault).rule
      }
      // One frame down to the next page; then the guard page; then what lies below that.
      expect(try end(16400, 16) == .stackGuard, "guard")
      expect(hasFrames(machine, stack, 16384, to: 16384, 16), "frames up to the guard")
      expect(try end(20480, 20480) == .stackGuard, "guard by a large frame")
      expect(try end(65536, 65536) == .belowStack, "below")
      expect(machine.log[machine.log.end - 1].message == KernelMessage.doubleFault.rawValue, "log")
      try machine.schedule()
      let other = try machine.stacks.allocateStack(size: 65536, policy: .dynamic)
      let (used, rule) = try run(machine, other, 65536, 256, allowsUserfault: allowsUserfault)
      expect(used == nil && rule == .doubleFault, "empty stash")
      expect(machine.vmAreas.findVMArea(other)?.pageCount == 4, "pages of the stash")
      expect(hasFrames(machine, other, 65536, to: 16384, 256), "frames up to the empty stash")
      expect(machine.check().isEmpty, "check")
      try machine.schedule()
      // A hole in what it has, a page that is read-only, a device instead of a page.
      try machine.mappings.vunmapRange(start: other + 61440, end: other + 65536)
      expect(
        try run(machine, other, 64, 16, allowsUserfault: allowsUserfault).rule == .doubleFault,
        "hole")
      try machine.mappings.setPTE(at: other + 61440, pfn: 0xa0)
      expect(
        try run(machine, other, 64, 16, allowsUserfault: allowsUserfault).rule == .invalidFrame,
        "device")
      try machine.mappings.setMemoryRO(stack + 12288, count: 1)
      expect(try end(64, 16) == .doubleFault, "read-only")
      expect(machine.check().isEmpty, "check at the end")
    }
  }

  @Test func whatEndsARun() async {
    check(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        try StackRunTests.ends()
      })
  }

  /// Both ways of the host give the same machine.
  private static func hashes() throws {
    var hashes: Set<UInt64> = []
    for allowsUserfault in [true, false, true] {
      let machine = try machine()
      let stack = try machine.stacks.allocateStack(policy: .dynamic)
      for (depth, frame) in [(8192, 128), (20000, 16), (16384, 48)] {
        _ = try run(
          machine, stack, UInt64(depth), UInt64(frame), allowsUserfault: allowsUserfault)
        try machine.schedule()
      }
      hashes.insert(machine.hash())
    }
    expect(hashes.count == 1, "hashes: \(hashes)")
  }

  @Test func nothingOfTheHostStays() async {
    check(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        try StackRunTests.hashes()
      })
  }

  // MARK: Signals

  nonisolated(unsafe) private static var alarms = 0
  nonisolated(unsafe) private static var target = pthread_self()

  /// Alarms, whose handler wants the stack of whoever runs, come all the time.
  private static func alarmed() throws {
    signal(SIGALRM) { _ in StackRunTests.alarms += 1 }
    var alarm = sigset_t()
    sigemptyset(&alarm)
    sigaddset(&alarm, SIGALRM)
    pthread_sigmask(SIG_UNBLOCK, &alarm, nil)
    target = pthread_self()
    var ringer = pthread_t()
    pthread_create(
      &ringer, nil,
      { _ in
        while true {
          pthread_kill(StackRunTests.target, SIGALRM)
          usleep(20)
        }
      }, nil)
    let machine = try machine()
    for allowsUserfault in [true, false] {
      let stack = try machine.stacks.allocateStack(size: 65536)
      guard let window = HostWindow(size: 65536, allowsUserfault: allowsUserfault) else {
        return expect(false, "no window")
      }
      for round in 0..<500 as Range<UInt64> {
        window.hide()
        let used = try machine.stacks.runOnStack(stack, depth: 65536 - round, frame: 16, in: window)
        expect(used == (65536 - round + 15) & ~15, "round \(round): \(used)")
      }
      expect(hasFrames(machine, stack, 65536, to: 65024, 16), "frames")
    }
    expect(alarms > 100, "\(alarms) alarms")
    expect(machine.check().isEmpty, "check")
    // The mask is what it was.
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    expect(sigismember(&mask, SIGALRM) == 0, "alarms are held back")
    _exit(0)
  }

  @Test func signalsWaitForTheEnd() async {
    check(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        try StackRunTests.alarmed()
      })
  }

  /// A fault of anything but the native code is what it always was.
  @Test func otherFaultsStayFatal() async {
    let ended = await #expect(processExitsWith: .failure) {
      let machine = try StackRunTests.machine()
      let stack = try machine.stacks.allocateStack()
      _ = try machine.stacks.runOnStack(stack, depth: 16384)
      UnsafeMutablePointer<UInt8>(bitPattern: 8)?.pointee = 1
    }
    // The address sanitizer's handler was there before, and ends the process in its way.
    let isSanitized = dlsym(nil, "__asan_init") != nil
    #expect(isSanitized || ended?.exitStatus == .signal(SIGSEGV))
  }

  // MARK: Limits

  @Test func limits() throws {
    let machine = try Self.machine()
    let stack = try machine.stacks.allocateStack()
    for frame in [0, 8, 15, 17, 24, 65537, 65552, 1 << 63] as [UInt64] {
      let refused = refusal(of: { () throws(Refusal) in
        try machine.stacks.runOnStack(stack, depth: 64, frame: frame)
      })
      #expect(refused == Refusal(.errno(.EINVAL), .stackFrame, frame, 16, 65536))
    }
    let none = refusal(of: { () throws(Refusal) in try machine.stacks.runOnStack(stack, depth: 0) })
    #expect(none == Refusal(.errno(.EINVAL), .noDepth))
    let lost = refusal(of: { () throws(Refusal) in
      try machine.stacks.runOnStack(stack + 8, depth: 8)
    })
    #expect(lost == Refusal(.errno(.ENOENT), .noStack, stack + 8))
  }
}
