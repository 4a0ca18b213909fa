import Glibc
import TestSupport
import Testing

/// What makes an image, what does not, and what an image that was named must be.
struct NamedImageTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func vmemctl(_ words: String...) throws -> Command {
    try Command.run([TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
  }

  private var exists: Bool { access(image, F_OK) == 0 }

  @Test(arguments: ["info", "vmallocinfo", "find_vm_area 0", "check", "log", "udmabuf_limits"])
  func readersWantItThere(_ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    for named in [["--image", image] + words, words] {
      let ran = try Command.run(
        [TestFiles.vmemctl] + named,
        environment: named.count == words.count ? ["VMEMCTL_IMAGE": image] : [:])
      #expect(ran.status == 66, "\(line): \(ran.errorText)")
      #expect(ran.output.isEmpty && ran.errorText.contains(image))
    }
    #expect(!exists)
  }

  @Test func whatSaysNothingOfAMachineNeedsNone() throws {
    #expect(try vmemctl("help", "vfree").status == 0)
    #expect(try vmemctl("echo", "a").outputText == "a\n")
    #expect(!exists)
  }

  /// Without a name it is ./vmem.img; readers see a fresh machine and make nothing.
  @Test func anImageThatNobodyNamed() throws {
    let run = [
      "env", "-u", "VMEMCTL_IMAGE", "sh", "-c", "cd \"$0\" && \"$@\"", folder.path,
      TestFiles.vmemctl,
    ]
    let ran = try Command.run(run + ["vmap_state", "--sum"])
    #expect(ran.status == 0 && ran.outputText.hasPrefix("sum nbusy=0"))
    #expect(access(folder.path + "/vmem.img", F_OK) != 0)
    #expect(try Command.run(run + ["undo"]).status == 66)
    #expect(access(folder.path + "/vmem.img", F_OK) != 0)
  }

  @Test(arguments: [
    ("read s 4", 65), ("undo", 66), ("free_vm_area s", 65), ("get_vm_area", 65),
    ("get_vm_area 1x", 65), ("frobnicate", 65), ("inject", 65), ("include nowhere.vmem", 66),
    ("write 0 @nowhere", 66), ("f = pwrite 0 0 @nowhere", 65), ("boot --memory 3000", 65),
    ("repeat 2 { get_vm_area 4K", 65), ("let x = q", 65),
  ])
  func aLineThatFailsBeforeItActsMakesNone(_ line: String, _ status: Int32) throws {
    let words = line.split(separator: " ").map(String.init)
    let ran = try Command.run(
      [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
    #expect(ran.status == status, "\(line): \(ran.errorText)")
    #expect(!exists)
  }

  /// So does a script on an image.
  @Test func scripts() throws {
    for (script, status) in [("get_vm_area 4K\nnonsense\n", 65), ("info\n", 66)]
      as [(String, Int32)]
    {
      try folder.write(Array(script.utf8), to: "s.vmem")
      let ran = try Command.vmemctl("run", "--image", image, folder.path + "/s.vmem")
      #expect(ran.status == status && ran.output.isEmpty, "\(ran.errorText)")
      #expect(!exists)
    }
    #expect(try Command.vmemctl("run", "--image", image, "-", input: "info\n").status == 66)
    #expect(
      try Command.vmemctl("run", "--image", image, "-", input: "free_vm_area q\n").status == 65)
    #expect(!exists)
    try folder.write(Array("a = get_vm_area 4K\n".utf8), to: "s.vmem")
    let script = folder.path + "/s.vmem"
    #expect(try Command.vmemctl("run", "--check", "--image", image, script).status == 0)
    #expect(!exists)
    #expect(try Command.vmemctl("run", "--image", image, script).status == 0)
    #expect(exists)
    // The next script knows the names of the image.
    try folder.write(Array("free_vm_area a\n".utf8), to: "s.vmem")
    #expect(try Command.vmemctl("run", "--check", "--image", image, script).status == 0)
    #expect(try Command.vmemctl("run", "--check", script).status == 65)
    #expect(try Command.vmemctl("run", "--image", image, script).status == 0)
  }

  // MARK: History

  @Test func loopsStandInTheHistoryAsLoops() throws {
    let ran = try Command.vmemctl(
      "--image", image, "run", "-",
      input:
        "repeat 500 {\n  a = get_vm_area 4K # one\n  vfree a\n  vmap_state --sum\n}\n")
    #expect(ran.status == 0, "\(ran.errorText)")
    let log = try vmemctl("log").outputText
    #expect(log == "repeat 500 {\n  a = get_vm_area 4K\n  vfree a\n}\n", "\(log.prefix(300))")
    let hash = try vmemctl("info", "--hash").lines.last
    let again = try Command.vmemctl("run", "--quiet", "-", input: log + "info --hash\n")
    #expect(again.lines.last == hash)
  }

  /// What fails in a loop, announced or not, does not take it apart, however often it is told.
  @Test func loopsWithLinesThatFailStandAsLoops() throws {
    let script =
      "a = get_vm_area 4K\nrepeat 300 {\n  a = get_vm_area 4K\n  vfree a\n  read 16 1\n}\n"
    let ran = try Command.vmemctl(
      "--image", image, "run", "--keep-going", "--quiet", "-", input: script)
    #expect(ran.status == 3, "\(ran.errorText.prefix(300))")
    #expect(ran.errorText.split(separator: "\n").count { $0.hasPrefix("vmemctl: ") } >= 300)
    let log = try vmemctl("log").outputText
    #expect(
      log.hasSuffix(
        """
        a = get_vm_area 4K
        repeat 300 {
          a = get_vm_area 4K
          vfree a
          read 16 1
        }
        # the line above failed

        """), "\(log.prefix(600))")
    #expect(log.utf8.count < 400)
    let hash = try vmemctl("info", "--hash").lines.last
    let again = try Command.vmemctl(
      "run", "--quiet", "--keep-going", "-", input: log + "info --hash\n")
    #expect(again.lines.last == hash)
  }

  @Test func aLoopThatStopsIsAsFarAsItCame() throws {
    let script = "let n = 5\nrepeat 10 {\nget_vm_area 4K\nassert areas.busy lt n\n}\n"
    let ran = try Command.vmemctl("--image", image, "run", "-", input: script)
    #expect(ran.status == 2)
    let log = try vmemctl("log").outputText
    #expect(log == "let n = 5\nrepeat 4 {\n  get_vm_area 4K\n}\nget_vm_area 4K\n", "\(log)")
  }

  /// undo takes back the last line that changed something, with those behind it that did not.
  @Test func undoPassesOverLinesThatChangedNothing() throws {
    #expect(try vmemctl("z", "=", "get_vm_area", "16K").status == 0)
    #expect(try vmemctl("a", "=", "get_vm_area", "16K").status == 0)
    let hash = try vmemctl("info", "--hash").lines.last
    #expect(try vmemctl("b", "=", "get_vm_area", "16K").status == 0)
    #expect(try vmemctl("get_vm_area", "0").status == 1)
    #expect(try vmemctl("expect", "NULL", "get_vm_area", "0").status == 0)
    let undone = try vmemctl("undo")
    #expect(undone.outputText == "b = get_vm_area 16K\n")
    #expect(try vmemctl("info", "--hash").lines.last == hash)
    #expect(try vmemctl("log").outputText == "z = get_vm_area 16K\na = get_vm_area 16K\n")
    #expect(try vmemctl("undo").outputText == "a = get_vm_area 16K\n")
    #expect(try vmemctl("undo").outputText == "z = get_vm_area 16K\n")
    let nothing = try vmemctl("undo")
    #expect(nothing.status == 1 && nothing.errorText.contains("nothing to take back"))
  }

  /// Reading fills a TLB and counts, and is not what one would take back.
  @Test func undoPassesOverReads() throws {
    #expect(try vmemctl("boot", "--cpus", "2").status == 0)
    #expect(try vmemctl("v", "=", "vmalloc", "8K").status == 0)
    let hash = try vmemctl("info", "--hash").lines.last
    #expect(try vmemctl("a", "=", "get_vm_area", "16K").status == 0)
    for _ in 0..<2 { #expect(try vmemctl("read", "v", "4").status == 0) }
    #expect(try vmemctl("compare", "v", "v+4K", "16").status == 0)
    #expect(try vmemctl("undo").outputText == "a = get_vm_area 16K\n")
    #expect(try vmemctl("info", "--hash").lines.last == hash)
    #expect(try vmemctl("check").status == 0)
    // A change of memory is one.
    #expect(try vmemctl("write", "v", "aa").status == 0)
    #expect(try vmemctl("undo").outputText == "write v aa\n")
    #expect(try vmemctl("read", "v", "1").outputText == "00\n")
  }

  // MARK: Text

  @Test func controlCharactersAreShown() throws {
    let symbol = "x\u{1b}[31m"
    #expect(try vmemctl("get_vm_area", "4K", "--caller", symbol).status == 0)
    #expect(try vmemctl("task", "t\u{1b}]0;x").status == 0)
    #expect(try vmemctl("vmalloc", "0").status == 3)
    for view in ["vmallocinfo", "log", "info", "dmesg"] {
      let text = try vmemctl(view).outputText
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(text)")
    }
    #expect(try vmemctl("vmallocinfo").outputText.contains("x\\x1b[31m+0x0/0x0"))
    let unknown = try vmemctl("free_vm_area", "a\u{1b}[2J")
    #expect(unknown.status == 65 && !unknown.errorText.contains("\u{1b}"))
    for words in [["run", "--no\u{1b}"], ["run", "no\u{1b}such"], ["--color=\u{1b}", "info"]] {
      let ran = try Command.run([TestFiles.vmemctl] + words)
      #expect(ran.status >= 64 && !ran.errorText.contains("\u{1b}"), "\(words)")
    }
  }

  /// A dump whose reader is gone is as quiet as any view.
  @Test(arguments: ["kcore -", "vmcore -", "memory -", "vmallocinfo"])
  func aReaderThatIsGone(_ line: String) throws {
    #expect(try vmemctl("repeat", "3000", "{", "get_vm_area", "4K", "}").status == 0)
    let script = "{ \"$0\" --image \"$1\" \(line); echo $? >&2; } | head -c 1 > /dev/null"
    let ran = try Command.run(["sh", "-c", script, TestFiles.vmemctl, image])
    #expect(ran.errorText == "141\n")
  }
}
