import Glibc
import TestSupport
import Testing

/// What stands in the place of a history, and what becomes of one.
struct HistoryFileTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func sh(_ script: String) throws -> Command {
    try Command.run(
      ["bash", "-c", "cd \"$1\" && V=$2 && " + script, "sh", folder.path, TestFiles.vmemctl],
      environment: ["VMEMCTL_IMAGE": image])
  }

  /// It is judged before anything is committed, not when a checkpoint needs it.
  @Test(arguments: [
    ("mkfifo m.img-history", 65), ("mkdir m.img-history", 65), ("ln -s x m.img-history", 65),
    ("ln -s /dev/null m.img-history", 65), ("echo a > x; ln x m.img-history", 73),
  ])
  func whatIsNoHistory(_ make: String, _ status: Int32) throws {
    #expect(try sh("$V boot --memory 16M && $V A = get_vm_area 4K && \(make)").status == 0)
    defer { _ = try? sh("rm -rf m.img-history x") }
    let before = [try folder.bytes("m.img"), try folder.bytes("m.img-wal")]
    for words in [
      "get_vm_area 4K", "boot --force", "undo", "run --image m.img s.vmem",
      "run --image m.img - < s.vmem",
    ] {
      try folder.write(Array("get_vm_area 4K\n".utf8), to: "s.vmem")
      let ran = try sh("timeout 20 $V \(words)")
      #expect(ran.status == status && ran.errorText.contains("m.img-history"), "\(words): \(ran)")
      #expect(ran.output.isEmpty)
    }
    #expect([try folder.bytes("m.img"), try folder.bytes("m.img-wal")] == before)
    // Readers have no use for it.
    #expect(try sh("$V find_vm_area A && $V check").status == 0)
    // A new image does not take it over.
    _ = try sh("rm m.img m.img-wal")
    #expect(try sh("$V boot").status == status)
    #expect(access(image, F_OK) != 0)
  }

  @Test func linesOfAnotherMachineAreLeftAlone() throws {
    try folder.write(Array("hello\n".utf8), to: "m.img-history")
    for words in ["boot", "boot --force", "get_vm_area 4K"] {
      let ran = try sh("$V \(words)")
      #expect(ran.status == 73 && ran.errorText.contains("image is gone"), "\(ran)")
    }
    #expect(folder.files == ["m.img-history"])
    #expect(try folder.bytes("m.img-history") == Array("hello\n".utf8))
    // An empty one is nobody's.
    try folder.write([], to: "m.img-history")
    #expect(try sh("$V boot --memory 16M").status == 0)
  }

  /// Text that no line of the machine has put there is never written over: neither where there is no
  /// history yet nor behind the lines that there are.
  @Test(arguments: ["hello\n", "get_vm_area 8K\n", "g", "x\0y"])
  func textOfOthersIsLeftAlone(_ text: String) throws {
    let line = "echo get_vm_area 4K | $V run --image m.img -"
    for isFirst in [true, false] {
      #expect(
        try sh("rm -f m.img*; $V boot --memory 16M && \(isFirst ? "true" : line)").status == 0)
      let kept = isFirst ? [] : try folder.bytes("m.img-history")
      try folder.write(kept + Array(text.utf8), to: "m.img-history")
      for words in [
        "get_vm_area 4K", "boot --force", "undo", "run --image m.img - <<< 'vmalloc 4K'",
      ] {
        let ran = try sh("$V \(words)")
        #expect(ran.status == 73 && ran.output.isEmpty, "\(words): \(ran)")
        #expect(ran.errorText.contains("m.img-history has "))
        #expect(isFirst || ran.errorText.contains("from byte \(kept.count) on"))
      }
      #expect(try folder.bytes("m.img-history") == kept + Array(text.utf8))
      #expect(try sh("$V check && $V log").status == 0)
    }
    // Meanwhile, too: then commits stay in the log.
    let lines = """
      rm -f m.img*; $V boot --memory 16M; { echo get_vm_area 4K; while [ ! -s out ]; do sleep 0.05; done
        echo hello > m.img-history; echo get_vm_area 4K; } | $V run --image m.img - > out
      """
    let ran = try sh(lines)
    #expect(ran.status == 0 && ran.errorText.contains("stay in"), "\(ran)")
    #expect(try folder.bytes("m.img-history") == Array("hello\n".utf8))
    #expect(try sh("rm m.img-history out; $V vmallocinfo").lines.count == 2)
    _ = try sh("rm -f m.img*")
  }

  /// The lines of the machine that was replaced are nobody's any more.
  @Test func theHistoryOfAReplacedMachine() throws {
    let line = "echo get_vm_area 4K | $V run --image m.img -"
    #expect(try sh("$V boot --memory 16M && \(line) && \(line) && $V boot --force").status == 0)
    #expect(try sh("$V vmalloc 4K && \(line)").lines.count == 2)
    #expect(try folder.bytes("m.img-history") == Array("vmalloc 4K\nget_vm_area 4K\n".utf8))
  }

  /// A checkpoint that was cut off before the image knew of it has left lines of the log.
  @Test func linesOfACheckpointThatWasCutOff() throws {
    #expect(try sh("$V boot --memory 16M && $V get_vm_area 4K && $V vmalloc 4K").status == 0)
    for left in ["get_vm_area 4K\nvmalloc 4K\n", "get_vm_area 4K\n", "get_v", "get_\0\0\0\0"] {
      try folder.write(Array(left.utf8), to: "m.img-history")
      #expect(try sh("$V A = get_vm_area 4K && $V undo").status == 0)
    }
    #expect(try sh("echo get_vm_area 8K | $V run --image m.img -").status == 0)
    let kept = "get_vm_area 4K\nvmalloc 4K\nget_vm_area 8K\n"
    #expect(try folder.bytes("m.img-history") == Array(kept.utf8))
  }

  /// Lines that are gone are said to be gone; those that come are kept.
  @Test(arguments: ["rm m.img-history", "truncate -s 5 m.img-history"])
  func aHistoryThatWasCutOff(_ cut: String) throws {
    let line = "echo get_vm_area 4K | $V run --image m.img -"
    #expect(try sh("$V boot --memory 16M && \(line) && \(cut) && \(line) && \(line)").status == 0)
    let log = try sh("$V log")
    #expect(log.status == 0, "\(log)")
    #expect(log.lines.first?.contains("lines are missing") == true)
    #expect(
      log.outputText.hasSuffix(
        "# lines are missing here: the history was cut off\nget_vm_area 4K\nget_vm_area 4K\n"))
    #expect(try sh("$V check && $V vmallocinfo").lines.count == 4)
  }

  /// A commit that was made is a success, whatever becomes of the history meanwhile.
  @Test func aHistoryThatCannotBeWritten() throws {
    #expect(try sh("$V boot --memory 16M").status == 0)
    let lines = """
      { echo get_vm_area 4K; while [ ! -s out ]; do sleep 0.05; done; mkdir m.img-history
        echo get_vm_area 4K; } | $V run --image m.img - > out
      """
    let ran = try sh(lines)
    #expect(ran.status == 0, "\(ran.errorText)")
    #expect(ran.errorText.contains("m.img-history is a folder"))
    #expect(try sh("$V vmallocinfo").lines.count == 2)
    rmdir(image + "-history")
    let again = try Command.vmemctl("run", "--image", image, "-", input: "get_vm_area 4K\n")
    #expect(again.status == 0 && again.errorText.isEmpty)
    #expect(
      try sh("$V log").outputText
        == "boot --memory 16M\n" + String(repeating: "get_vm_area 4K\n", count: 3))
  }

  /// Lines that are gone, or are none, are told as such.
  @Test func whatAHistoryHolds() throws {
    let four = String(repeating: "get_vm_area 4K\\n", count: 4)
    #expect(
      try sh("$V boot --memory 16M && printf '\(four)' | $V run --image m.img -").status == 0)
    try folder.write(Array("get".utf8), to: "m.img-history")
    let short = try sh("$V log")
    #expect(short.status == 4 && short.errorText.contains("m.img-history"))
    try folder.write([UInt8](repeating: 0, count: 4096), to: "m.img-history")
    #expect(try sh("$V log").status == 4)
    try folder.write(
      Array("get_vm_area 4K\n\u{1b}[2J\nget_vm_area 4K".utf8) + [0xff, 10]
        + [UInt8](repeating: 10, count: 100), to: "m.img-history")
    let strange = try sh("$V log")
    #expect(strange.status == 0)
    #expect(strange.output.allSatisfy { $0 == 10 || (0x20..<0x7f).contains($0) })
    #expect(
      strange.outputText.contains("# not replayed") && strange.outputText.contains("\\x1b[2J"))
    unlink(image + "-history")
    let missing = try sh("$V log")
    #expect(missing.status == 66 && missing.errorText.contains("m.img-history"))
  }
}
