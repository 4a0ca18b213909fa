import Glibc
import Testing
import VMemScript

@testable import VMem

/// Every allocation of every verb fails once: the call answers as the kernel's would, nothing leaks,
/// and the same line works when nothing fails.
@Suite struct InjectionSweepTests {
  static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == UInt8(ascii: "1") } ?? false

  /// Whoever adds a verb says here what it allocates.
  @Test func everyVerbIsTriedOrAllocatesNothing() {
    let tried = Set(Attempt.all.map { $0.verb })
    let quiet = Set(Attempt.quiet.map { String($0.prefix { $0 != " " }) })
    #expect(tried.isDisjoint(with: quiet))
    let verbs = VerbTable().verbs.filter { $0.facts.contains(.changes) }.map { "\($0.name)" }
    // A name is the machine's own, and never fails; the others are calls of other verbs.
    let others = ["let", "test_vmalloc", "step", "replay", "insmod", "rmmod", "msleep"]
    #expect(Set(verbs) == tried.union(quiet).union(others))
    for attempt in Attempt.all { #expect(attempt.line.contains(attempt.verb)) }
  }

  @Test(arguments: Attempt.quiet)
  func quiet(_ line: String) {
    let arms = InjectionKind.allCases.map { "@inject \($0.name) after=0 times=-1\n" }.joined()
    let result = run(Attempt.preamble + arms + line + "\nassert machine.injected == 0\ncheck\n")
    #expect(result.exit == .success, "\(line): \(result.messages)")
  }

  @Test(arguments: Attempt.all, InjectionKind.allCases)
  func sweep(_ attempt: Attempt, _ kind: InjectionKind) throws {
    // Nothing here is an arena's page of a kernel that takes it without the lock.
    let expected = kind == .noLock ? 0 : attempt.calls[Int(kind.rawValue)]
    var after = 0
    var calls: UInt64?
    var survived = 0
    while calls == nil {
      switch try strike(attempt, kind, after) {
      case .none(let seen): calls = seen
      case .survived: survived += 1
      case .refused: break
      }
      let isMany = expected > 100
      after += isMany ? max(1, Self.isLong ? attempt.step / 8 : attempt.step) : 1
      try #require(after < 5000, "\(attempt): has no end")
    }
    #expect(survived == attempt.survives[kind, default: 0], "\(attempt)")
    #expect(calls == expected, "\(attempt)")
  }

  /// What a line made of a failure: nothing was there to fail but so many calls, it got round it, or
  /// it gave up.
  private enum Outcome {
    case none(calls: UInt64)
    case survived
    case refused
  }

  /// What a machine holds when nothing waits for a purge.
  private struct Holdings: Equatable {
    var pages = 0
    var busy: UInt64
    var free: UInt64
    var vmallocPages: UInt64
    var objects: [UInt64]

    init(_ machine: borrowing Machine) {
      let counters = machine.counters
      busy = counters.busyAreas
      free = counters.freeBlocks
      vmallocPages = machine.ram[machine.ram.mapping].vmallocPages
      let types: [any SlabObject.Type] = [
        VMArea.self, PageSet.self, MapBlock.self, MemoryType.self, UserSpace.self,
        UserMapping.self, Arena.self, ArenaRange.self, File.self, DmaBuf.self,
      ]
      objects = types.map { machine.ram[CacheState.ref($0.cache)].inUse }
      for pfn in 0..<counters.totalFrames {
        guard let frame = machine.pageSets.structPage(pfn), frame.refcount > 0 else { continue }
        if machine.pageSets.use(ofFrame: pfn) == .allocated { pages += 1 }
      }
    }
  }

  /// Makes one allocation of a line fail and looks at everything.
  private func strike(
    _ attempt: Attempt, _ kind: InjectionKind, _ after: Int
  ) throws -> Outcome {
    let place = "\(attempt), \(kind.name) after=\(after)"
    var options = Options()
    options.keepGoing = true
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: options, output: nil, messages: nil)
    func play(_ text: String) -> [String] {
      _ = interpreter.run(ScriptSource(name: "t.vmem", bytes: Array(text.utf8)))
      return interpreter.takeOutput().split(separator: "\n").map(String.init)
    }
    _ = play("boot \(attempt.boot)\n\(attempt.setup)\n@vm_unmap_aliases\n")
    #expect(interpreter.takeMessages() == "", "\(place)")
    let before = Holdings(interpreter.machine)

    _ = play("@inject \(kind.name) after=\(after)\n")
    let answer = play(attempt.line + "\n")
    let seen = interpreter.machine.injection(kind)
    #expect(play("@inject off\ncheck\n") == ["0"], "\(place)")
    try #require(answer.count == 1, "\(place): \(answer)")
    let isRefused = ["NULL", "-ENOMEM", "-EINVAL", "SIGSEGV"].contains(answer[0])
    guard seen?.failed == 1 else {
      #expect(!isRefused && seen?.failed == 0, "\(place): \(answer)")
      return .none(calls: seen?.seen ?? 0)
    }
    #expect(interpreter.machine.injectedFailures == 1)
    if !isRefused { return .survived }

    let blocks = interpreter.machine.ram[CacheState.ref(MapBlock.cache)]
    let keptBlock = attempt.keepsBlock && blocks.inUse > 0
    #expect(keptBlock == (attempt.keepsBlock && kind == .pageTable), "\(place)")
    _ = play("\(attempt.undo)\n@vm_unmap_aliases\n")
    #expect(Holdings(interpreter.machine) == before, "\(place)")
    _ = interpreter.takeMessages()

    let again = play("\(attempt.line)\ncheck\n")
    #expect(interpreter.takeMessages() == "", "\(place)")
    #expect(again.count == 2 && again[0] != "NULL" && again[1] == "0", "\(place): \(again)")
    return .refused
  }
}
