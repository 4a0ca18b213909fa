import Testing
import VMem
import VMemScript

/// What an audit of temporary mappings knows, and what it says that it does not know.
@Suite struct KmapAuditTests {
  private static let unwatched = "kmap_local of low memory without a slot (boot --highmem SIZE"

  /// Addresses of low memory are as good as any other; a key tells who uses them.
  @Test func mappingsWithoutASlotAreWatchedByTheirKey() {
    let result = run(
      """
      boot --with pks --memory 16M
      @P = alloc_pages 2
      pks_protect P
      a = kmap_local_page P[0]
      b = kmap_local_page P[1]
      kmap_state
      task other
      expect fault read a 1
      task vmemctl
      kunmap_local a
      kunmap_local b
      kmap_audit
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.contains { $0.hasSuffix("P[0] kmap_local of vmemctl, no slot") })
    let rows = result.lines.filter { $0.hasPrefix("kmap_local ") }
    #expect(rows.count == 2)
    #expect(
      rows.first?.hasSuffix(
        "P[0] by vmemctl: used by other, needs a global mapping, released out of order, "
          + "held across a schedule (ended in call 8)") ?? false, "\(rows)")
    #expect(
      rows.last?.hasSuffix("P[1] by vmemctl: held across a schedule (ended in call 9)") ?? false)
    #expect(!result.lines.contains { $0.contains(Self.unwatched) })
  }

  /// Order and switches are seen without a key, and the report says that users are not.
  @Test func mappingsWithoutASlotAndAKey() {
    let result = run(
      """
      @P = alloc_pages 3
      a = kmap_local_page P[0]
      b = kmap_local_page P[1]
      kunmap_local a
      task other
      read b 1
      kunmap_local b
      task vmemctl
      c = kmap_local_page P[2]
      kunmap_local c
      kmap_audit
      """)
    let rows = result.lines.filter { $0.hasPrefix("kmap_local ") }
    #expect(
      rows.map { $0.drop { $0 != "P" } } == [
        "P[1] by vmemctl: released by another task, needs a global mapping, held across a schedule",
        "P[0] by vmemctl: released out of order (ended in call 4)",
      ])
    #expect(
      result.lines.last { $0 != "0" }?.hasPrefix("users not known: 3 \(Self.unwatched)") ?? false)
    let json = run("@P = alloc_pages 1\n@kmap_local_page P\nkmap_audit") { $0.json = true }
    #expect(
      json.lines.contains { $0.contains(#""kind":"unwatched","mappings":1"#) }, "\(json.lines)")
    #expect(!run("kmap_audit").output.contains("users not known"))
  }

  @Test func forcedSlotsAreWatched() {
    let result = run(
      """
      boot --memory 16M --highmem 4M --with kmap_force_map
      @P = alloc_pages 1
      a = kmap_local_page P
      task other
      expect fault read a 1
      task vmemctl
      kmap_audit
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.contains { $0.contains("by vmemctl: used by other") })
    #expect(!result.lines.contains { $0.contains(Self.unwatched) })
  }

  /// Slots and low memory are one stack for a task.
  @Test func orderGoesAcrossSlotsAndLowMemory() {
    let result = run(
      """
      boot --memory 16M --highmem 4M
      @H = alloc_pages 1 --zone highmem
      @L = alloc_pages 1
      h = kmap_local_page H
      l = kmap_local_page L
      kunmap_local h
      kunmap_local l
      l = kmap_local_page L
      h = kmap_local_page H
      kunmap_local l
      kunmap_local h
      kmap_audit
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    let rows = result.lines.filter { $0.hasPrefix("kmap_local ") }
    #expect(rows.count == 2 && rows.allSatisfy { $0.contains("released out of order") }, "\(rows)")
    #expect(rows.first?.contains(" H[0] by") ?? false, "\(rows)")
    #expect(rows.last?.contains(" L[0] by") ?? false, "\(rows)")
  }

  /// Every CPU has a first task of its own.
  @Test(arguments: [
    (2, 0, 1, "by vmemctl: used by vmemctl on CPU 1"),
    (2, 1, 0, "by vmemctl on CPU 1: used by vmemctl"),
    (64, 29, 30, "by vmemctl on CPU 29: used by vmemctl on CPU 30"),
    (64, 30, 31, "by vmemctl on CPU 30: used by vmemctl on CPU 31 or above"),
    (64, 31, 63, "by vmemctl on CPU 31 or above: used by vmemctl on CPU 31 or above"),
  ])
  func firstTasksAreNotTheSame(_ cpus: Int, _ maker: Int, _ user: Int, _ told: String) {
    let result = run(
      """
      boot --memory 32M --highmem 4M --cpus \(cpus)
      @H = alloc_pages 2 --zone highmem
      cpu \(maker)
      k = kmap_local_page H[0]
      @m = kmap H[1]
      cpu \(user)
      read k 1
      read m 1
      kunmap H[1]
      kmap_audit
      cpu \(maker)
      kunmap_local k
      kmap_audit
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(
      result.lines.count { $0.hasPrefix("kmap_local ") && $0.contains(told) } == 2,
      "\(result.lines)")
    let isKnown = user < 63
    #expect(result.lines.contains { $0.hasPrefix("kmap ") && $0.contains(told) } == isKnown)
  }

  @Test(arguments: [64, 65])
  func theOldestFallOut(_ count: Int) {
    var text = "boot --memory 16M\n@P = alloc_pages 2\nb = kmap_local_page P[1]\n"
    for _ in 0..<count {
      text += "a = kmap_local_page P[0]\n@kmap_local_page P[1]\nkunmap_local a\n"
    }
    let result = run(text + "kmap_audit\ncheck")
    #expect(result.exit == .success, "\(result.messages)")
    let rows = result.lines.filter { $0.contains("out of order") }
    #expect(rows.count == 64)
    #expect(rows.first?.hasSuffix("(ended in call \(count == 64 ? 5 : 8))") ?? false, "\(rows[0])")
  }

  /// What a task holds when it ends has not been released by anybody.
  @Test func theAuditKeepsWhatATaskTookWithIt() {
    let result = run(
      """
      boot --with pks
      @P = alloc_pages 1
      pks_protect P
      task t
      k = kmap_local_page P
      do_exit
      expect fault read k 1
      kmap_state
      kmap_audit
      task t
      expect fault read k 1
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(!result.lines.contains { $0.contains("kmap_local of") })
    #expect(
      result.lines.contains { $0.contains("P[0] by t: held across a schedule (ended in call 5)") })
  }

  // MARK: Messages

  @Test func aUserAddressWhilePageFaultsAreOff() {
    let setup = "mm = mm_create\nswitch_mm mm\n@u = mmap mm 8K\n@P = alloc_pages 1\n"
    let off = run(setup + "@kmap_atomic P\nread u 1").messages
    #expect(off.contains("no fault is served at 0x"), "\(off)")
    #expect(off.contains("page faults are off"), "\(off)")
    let interrupt = run(setup + "context irq\nread u 1").messages
    #expect(interrupt.contains("nothing may sleep here"), "\(interrupt)")
    let none = run("read 0x1000 1").messages
    #expect(none.contains("no pgd entry"), "\(none)")
  }

  @Test(arguments: ["kmap_local_page P", "kmap H", "kmap_atomic P"])
  func withoutMemory(_ call: String) {
    var text =
      "boot --memory 16M --highmem 4M\n@P = alloc_pages 1\n@H = alloc_pages 1 --zone highmem\n"
    for size in [2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1] {
      for _ in 0..<2 { text += "@alloc_pages \(size)\n" }
    }
    let result = run(text + call + "\ncheck") { $0.keepGoing = true }
    #expect(
      result.messages.contains(": ENOMEM: no memory for a descriptor"),
      "\(result.messages.suffix(300))")
    #expect(!result.messages.contains("check:"))
  }
}
