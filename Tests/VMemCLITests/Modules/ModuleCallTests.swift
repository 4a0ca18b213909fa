import TestSupport
import Testing

/// What single calls of modules answer and log.
struct ModuleCallTests: ModuleSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The lines of a log, without their times.
  private func log(_ ran: Command) -> [Substring] {
    ran.outputText.split(separator: "\n").filter { $0.hasPrefix("[") }
      .map { $0.drop { $0 != "]" }.dropFirst(2) }
  }

  /// What is too large warns once, and not where that is not wanted; so does a format.
  @Test(
    .compilesModules,
    arguments: [
      ("6.1", "WARNING: CPU: 0 PID: 100 at __alloc_pages"),
      ("6.12", "WARNING: CPU: 0 PID: 100 at __alloc_pages_noprof"),
      ("7.2", "WARNING: at __alloc_frozen_pages_noprof, CPU#0: insmod/100"),
    ])
  func warnings(_ kernel: String, _ warning: String) throws {
    let ran = try run("insmod \(Self.fixture("too_large"))\ncheck", kernel: kernel)
    let lines = log(ran).map { String($0) }
    let cut = "------------[ cut here ]------------"
    let end = "---[ end trace 0000000000000000 ]---"
    let text = ran.outputText + ran.errorText
    #expect(ran.status == 3 && ran.errorText.contains("insmod: text, warn (WARNING: "), "\(text)")
    #expect(
      lines.prefix(8) == [
        "most 1", "silent 0", "overflow 0", cut, warning,
        lines[5], end, "too large 0",
      ], "\(text)")
    #expect(lines.count { $0 == warning } == 1 && lines.contains("again 0"), "\(text)")
    #expect(lines.contains("Please remove unsupported %n in format string"), "\(text)")
    #expect(lines.contains("ends here") && lines.contains("written 5"), "\(text)")
    let place = try #require(lines.firstIndex(of: "with text 3"))
    #expect(lines[place - 1] == cut && lines[place + 1].contains("too_large.c:17"), "\(text)")
    #expect(lines[place + 1].contains("i+0x") && lines.last == end, "\(text)")
  }

  @Test(.compilesModules) func memremap() throws {
    let ran = try run(
      "insmod \(Self.fixture("memremap"))\nrmmod memremap\ncheck", kernel: "6.18",
      boot: "--memory 1G")
    let text = ran.outputText + ran.errorText
    #expect(ran.status == 3 && ran.errorText.contains("at memremap"), "\(text)")
    for part in [
      "ram ffff888010000000 RM", "through 0000000000000000", "mixed 0000000000000000",
      "nothing 0000000000000000", "device D",
      "memremap attempted on ram 0x0000000010000000 size: 0x1000",
      "memremap attempted on mixed range 0x000000003ffff000 size: 0x2000",
    ] {
      #expect(text.contains(part), "\(part): \(text)")
    }
    #expect(!text.contains("leak:"), "\(text)")
  }

  /// What is to be freed after a grace period is freed while its task goes on, as soon as a page is full.
  @Test(.compilesModules) func deferredFrees() throws {
    let source = Self.fixture("deferred_frees")
    let ran = try run("insmod \(source)\nrmmod deferred_frees\ncheck", boot: "--memory 16M")
    #expect(ran.status == 0 && ran.outputText.contains("20000 areas"), "\(ran.outputText)")
  }

  /// Whoever waits for a thread that has died is ended, and one who spins for nobody.
  @Test(
    .compilesModules,
    arguments: ["how=sleep", "how=timeout", "how=resched", "how=spin", "how=spin alone=1"])
  func hung(_ words: String) throws {
    let ran = try run("insmod --lockup 1 \(Self.fixture("hung")) \(words)\ncheck\nvmalloc 4K")
    let text = ran.outputText
    #expect(ran.status == 3 && text.contains("0xffffc9"), "\(text)\(ran.errorText)")
    if words.contains("alone") {
      #expect(text.contains("BUG: soft lockup - CPU#0 stuck for 1s! [insmod:100]"), "\(text)")
    } else {
      #expect(text.contains("INFO: task insmod:100 blocked for more than 120 seconds."), "\(text)")
      #expect(text.contains("since one has died of an oops"), "\(text)")
    }
  }

  /// Tables that are made, linked, unlinked and freed leave nothing behind, and no complaint.
  @Test(.compilesModules, arguments: ["6.1", "7.2"])
  func pageTables(_ kernel: String) throws {
    let ran = try run(
      "insmod \(Self.fixture("page_tables"))\nrmmod page_tables\ncheck",
      kernel: kernel)
    let text = ran.outputText
    #expect(ran.status == 0 && text.hasSuffix("\n0\n"), "\(text)\(ran.errorText)")
    #expect(!text.contains("leak:") && !text.contains("BUG:"), "\(text)")
  }

  /// A task that spins without a call lets others run, and its registers and stack stay what they are.
  @Test(.compilesModules) func spinner() throws {
    let ran = try run("insmod \(Self.fixture("spin"))\nrmmod spin\ncheck")
    #expect(
      ran.status == 0 && ran.outputText.contains("spun 1"), "\(ran.outputText)\(ran.errorText)")
  }

  /// kthread_stop makes a thread look again that waits on a queue.
  @Test(.compilesModules, arguments: ["", "--preempt 3"])
  func stoppedWaiter(_ option: String) throws {
    let ran = try run(
      "insmod \(option) \(Self.fixture("stop_waiter"))\nrmmod stop_waiter\ncheck")
    #expect(
      ran.status == 0 && ran.outputText.contains("worker/0 stopped after 2"),
      "\(ran.outputText)\(ran.errorText)")
  }

  @Test(.compilesModules) func patience() throws {
    let ran = try run("insmod \(Self.fixture("patient"))")
    #expect(ran.status == 0 && ran.outputText.contains("after 300 s"), "\(ran.outputText)")
  }

  /// A module of several files, and what is said when one of them is not named.
  @Test(.compilesModules) func severalFiles() throws {
    let (first, second) = (Self.fixture("two_files"), Self.fixture("two_files_more"))
    for _ in 0..<2 {
      let ran = try run("insmod \(first) \(second)\nrmmod two_files\ncheck")
      #expect(
        ran.status == 0 && ran.outputText.contains("two_files: 42 of 1"),
        "\(ran.outputText)\(ran.errorText)")
    }
    let alone = try run("insmod \(first)")
    #expect(alone.outputText.contains("Unknown symbol twice (err -2)"), "\(alone.outputText)")
    #expect(alone.outputText.contains("insmod A.c B.c"), "\(alone.outputText)")
    let absent = try run("insmod \(first) /nowhere/x.c")
    #expect(absent.status == 66, "\(absent.errorText)")
  }

  /// Objects of the kernel's own are where it has them, at the same addresses in each run.
  @Test(.compilesModules) func addresses() throws {
    let lines = "insmod \(Self.fixture("addresses"))\nrmmod addresses\ncheck"
    let ran = try run(lines, kernel: "6.18", boot: "--nodes 2")
    let text = ran.outputText
    #expect(ran.status == 0 && !text.contains("leak:"), "\(text)\(ran.errorText)")
    #expect(text.contains("current ffff8980000") && text.contains("cache ffff8980000"), "\(text)")
    #expect(text.contains("anywhere ffffc90000000000"), "\(text)")
    for node in 0..<2 {
      #expect(text.contains("node \(node): \(node)") && text.contains("large \(node): \(node)"))
    }
    #expect(try run(lines, kernel: "6.18", boot: "--nodes 2").outputText == text)
  }
}
