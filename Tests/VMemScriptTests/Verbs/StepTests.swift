import Testing
import VMem

@testable import VMemScript

/// Calls in parts: between any two the machine is sound, and in the end it is as if they were one.
@Suite struct StepTests {
  private static let setUp = """
    boot --cpus 2 --memory 16M
    a = vmalloc 16K
    b = vmalloc 12K --flags flush_reset_perms
    s = get_vm_area 64K --flags sparse
    P = alloc_pages 4
    vm_area_map_pages s s..s+8K P[0..2]
    write a text:x
    cpu 1
    read a 1
    read s 1
    v = vmalloc 4K
    vfree v
    cpu 0

    """

  private func run(_ script: String) -> (output: [Substring], exit: ExitCode, hash: UInt64) {
    var interpreter = Interpreter(
      machine: try! Machine(Configuration()), options: Options(), output: nil, messages: nil)
    _ = interpreter.run(ScriptSource(name: "t", bytes: Array(script.utf8)))
    let exit = interpreter.finish()
    let lines = interpreter.takeOutput().split(separator: "\n")
    return (lines, exit, interpreter.machine.hash())
  }

  /// Parts of each divided call, and the same call in one.
  @Test(arguments: [
    ("vfree a", 2), ("vfree b", 3), ("vm_area_map_pages s s+16K..s+32K P", 4),
    ("vmap_pages_range s+16K..s+24K P[2..4]", 2), ("vm_area_unmap_pages s s..s+8K", 3),
    ("vunmap_range s..s+4K", 3), ("vm_unmap_aliases", 4), ("drain_vmap_work", 4),
  ])
  func everyPartLeavesASoundMachine(_ call: String, _ parts: Int) {
    var script = Self.setUp + "step 0 \(call)\ncheck\nvmap_state --sum\nvmallocinfo\n"
    for _ in 1..<parts { script += "step 0\ncheck\nvmap_state --sum\nvmallocinfo\n" }
    let ran = run(script + "expect ENOENT step 0\nvmap_state\n")
    #expect(ran.exit == .success, "\(ran.output)")
    #expect(ran.output.contains { $0.hasPrefix("\(parts)/\(parts) ") })
    let whole = run(Self.setUp + call + "\nvmap_state\n")
    let state = whole.output.suffix { $0 != "0" }
    #expect(state.count > 4)
    #expect(Array(ran.output.suffix(state.count)) == Array(state))
  }

  /// What is refused begins nothing.
  @Test(
    arguments: [
      ("expect EBUSY step 0 vunmap_range s..s+4K", true),
      ("expect EBUSY vmalloc 4K", true),
      ("expect EINVAL step 2", true), ("expect EINVAL step 2 vfree a", true),
      ("expect ENOENT step 1", true),
      ("expect ERANGE step 1 vm_area_map_pages s s+64K..s+68K P[0]", true),
      ("expect bug step 1 vunmap_range s..s", true),
      ("expect E2BIG step 1 vmap_pages_range s..s+2052K P", true),
      ("step 1 read a 1", false), ("step 1 vmap_pages_range s..s+4K null", false),
      ("step 1 vfree", false), ("step x", false),
    ] as [(String, Bool)])
  func refusals(_ line: String, _ isExpected: Bool) {
    let ran = run(Self.setUp + "step 0 vfree a\n\(line)\ncheck\n")
    #expect(ran.exit == (isExpected ? .success : .badScript), "\(line): \(ran.output)")
  }

  /// An interrupt comes between two parts, not into one, and being atomic is no interrupt.
  @Test func interrupts() {
    let ran = run(
      Self.setUp + """
        step 0 vunmap_range s..s+4K
        context atomic
        expect EBUSY vfree a
        context irq
        expect EBUSY step 0
        set_pte_at s+8K P[0]
        context process
        step 0
        context irq
        expect EBUSY step 0 vfree a
        context process
        check
        """)
    #expect(ran.exit == .success, "\(ran.output)")
  }

  /// What the kernel ignores without a word is no refusal in parts either.
  @Test func whatUnmappingIgnores() {
    let ran = run(
      Self.setUp + "expect warn step 1 vm_area_unmap_pages a a..a+4K\nexpect ENOENT step 1\ncheck\n"
    )
    #expect(ran.exit == .success, "\(ran.output)")
    #expect(ran.output.contains("1/1 done: nothing to divide"))
  }

  /// A purge that is waited for flushes each CPU once, whatever had been done.
  @Test(arguments: 0...3)
  func aPurgeIsFlushedOnce(_ steps: Int) {
    let parts = String(repeating: "step 1\n", count: steps)
    let ran = run(
      Self.setUp + "let f = tlb.flushes\nstep 1 vm_unmap_aliases\n\(parts)reclaim_vmap\n"
        + "assert tlb.flushes == f + 1\ncheck\n")
    #expect(ran.exit == .success, "\(steps): \(ran.output)")
  }

  /// A mapping that fails midway ends there, and what was mapped stays.
  @Test func aMappingFailsInTheMiddle() {
    let ran = run(
      Self.setUp + """
        vm_area_map_pages s s+20K..s+24K P[3]
        step 1 vm_area_map_pages s s+16K..s+24K P
        expect ENOMEM,warn step 1
        expect ENOENT step 1
        read s+16K 1
        check
        """)
    #expect(ran.exit == .success, "\(ran.output)")
  }

  /// Who needs a purge waits for one that is under way: it ends first.
  @Test(arguments: ["vm_unmap_aliases", "reclaim_vmap"])
  func whoeverWaitsForAPurge(_ call: String) {
    let ran = run(
      Self.setUp + """
        step 1 vm_unmap_aliases
        vfree a
        \(call)
        expect ENOENT step 1
        assert areas.lazy == 0
        assert areas.lazy_pages == 0
        check
        """)
    #expect(ran.exit == .success, "\(ran.output)")
  }

  /// The TLB entries of what is freed between the parts of a purge stay until the next.
  @Test func aPurgeFlushesWhatItHasTaken() {
    let ran = run(
      Self.setUp + """
        cpu 1
        step 0 vm_unmap_aliases
        step 0
        step 0
        vfree a
        expect stale read a 1
        step 0
        check
        expect stale read a 1
        assert areas.lazy == 1
        vm_unmap_aliases
        expect fault read a 1
        check
        """)
    #expect(ran.exit == .success, "\(ran.output)")
  }

  /// Any interleaving of two CPUs ends in a sound machine without stale entries after a purge.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func anyOrder(_ seed: UInt64) {
    var random = seed &* 0x9e37_79b9_7f4a_7c15
    func next(_ count: UInt64) -> UInt64 {
      random ^= random << 13
      random ^= random >> 7
      random ^= random << 17
      return random % count
    }
    var script =
      "boot --cpus 2 --memory 16M\ns = get_vm_area 1M --flags sparse\nP = alloc_pages 4\n"
    var busy = [0, 0]
    for round in 0..<120 {
      let cpu = Int(next(2))
      if busy[cpu] > 0 {
        script += "step \(cpu)\n"
        busy[cpu] -= 1
      } else {
        let page = next(64) * 4
        switch next(4) {
        case 0 where busy[1 - cpu] == 0:
          script += "cpu \(cpu)\na\(round) = vmalloc 8K\nwrite a\(round) text:x\n"
          script += "step \(cpu) vfree a\(round)\n"
          busy[cpu] = 1
        case 1:
          script += "cpu \(cpu)\nvunmap_range s+\(page)K..s+\(page + 4)K\n"
          script += "step \(cpu) vm_area_map_pages s s+\(page)K..s+\(page + 4)K P[0]\n"
        default:
          script += "step \(cpu) vm_area_unmap_pages s s+\(page)K..s+\(page + 4)K\n"
          busy[cpu] = 2
        }
      }
      if round % 10 == 0 { script += "check\n" }
    }
    for cpu in 0..<2 { for _ in 0..<busy[cpu] { script += "step \(cpu)\n" } }
    let ran = run(script + "vm_unmap_aliases\ntlb_audit\ncheck\nassert areas.lazy == 0\n")
    #expect(ran.exit == .success, "seed \(seed): \(ran.output.suffix(5))")
  }
}

extension Array {
  /// The elements behind the last one that does not meet the condition.
  fileprivate func suffix(while isPart: (Element) -> Bool) -> ArraySlice<Element> {
    let start = lastIndex { !isPart($0) }.map { $0 + 1 } ?? 0
    return self[start...]
  }
}
