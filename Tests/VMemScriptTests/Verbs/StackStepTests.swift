import Testing
import VMemScript

/// `schedule` in parts: the stash of a CPU while it is refilled.
@Suite struct StackStepTests {
  private static let setUp = """
    boot --cpus 2 --memory 16M
    t = stack_alloc --policy dynamic
    r = stack_alloc --policy dynamic
    stack_touch t 12000

    """

  private func stash(_ script: String) -> [String] {
    let ran = run(Self.setUp + script + "\ncheck\nstack_stat\n")
    #expect(ran.exit == .success, "\(ran.output)")
    return ran.lines.suffix(2).map { line in
      line.split(separator: " ").dropFirst(3).map { $0.split(separator: ":")[0].prefix(1) }.joined()
    }
  }

  /// Slots taken and ready after each part: two of three were taken.
  @Test(arguments: [(1, "ttr"), (2, "rtr"), (3, "rrr")])
  func slotBySlot(_ parts: Int, _ slots: String) {
    let steps = "step 0 schedule\n" + String(repeating: "step 0\ncheck\n", count: parts - 1)
    #expect(stash(steps).first == slots)
  }

  /// A fault in the middle, by what interrupts the CPU, takes what is ready and marks the task anew: slots
  /// behind the refill are filled by it, those before it by the next.
  @Test func aFaultOnTheSameCPU() {
    let middle = """
      step 0 schedule
      step 0
      context irq
      stack_touch r 5000
      stack_touch r 9000
      expect fault stack_touch r 13000
      context process
      step 0
      step 0
      expect ENOENT step 0
      """
    #expect(stash(middle).first == "trr")
    #expect(stash(middle + "\nschedule").first == "rrr")
  }

  /// Before the first slot is filled there is nothing left but what was not taken.
  @Test func aFaultBeforeTheFirstSlot() {
    #expect(
      stash(
        """
        step 0 schedule
        context irq
        stack_touch r 5000
        expect fault stack_touch r 9000
        context process
        step 0
        step 0
        step 0
        expect ENOENT step 0
        """
      ).first == "rrr")
  }

  /// What interrupts the refill and schedules leaves nothing to refill: no page is lost.
  @Test func aScheduleInTheMiddle() {
    let ran = run(
      Self.setUp + """
        step 0 schedule
        step 0
        context irq
        stack_touch r 8K
        expect warn schedule
        context process
        step 0
        expect ENOENT step 0
        check
        """)
    #expect(ran.exit == .success, "\(ran.output)")
    #expect(ran.output.contains("refilled meanwhile"))
  }

  /// Another CPU has a stash of its own.
  @Test func aFaultOnTheOtherCPU() {
    #expect(
      stash("step 0 schedule\ncpu 1\nstack_touch r 13000\nexpect EBUSY step 0 schedule\nstep 0")
        == ["rtr", "ttt"])
  }

  /// A slot without a page ends the refill for good; what was not taken is nothing to divide.
  @Test func slotsThatAreLost() {
    #expect(
      stash("step 0 schedule\ncpu 1\ninject alloc_page after=0\nstep 0\nstep 0").first == "Nrr")
    let ran = run("step 0 schedule\nexpect ENOENT step 0")
    #expect(ran.exit == .success && ran.lines.first == "1/1 done: nothing to divide")
  }
}
