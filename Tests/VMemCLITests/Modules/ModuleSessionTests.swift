import TestSupport
import Testing

/// Modules on images, in the shell, and with options.
struct ModuleSessionTests: ModuleSuite {
  let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func onImage(_ words: String...) throws -> Command { try onImage(words: words) }

  private func onImage(words: [String]) throws -> Command {
    try Command.run(
      [TestFiles.vmemctl, "--image", image] + words)
  }

  /// What modules leave behind is kept when the last one is unloaded at the end of a line or script.
  @Test(.compilesModules) func leaksAreKept() throws {
    #expect(try onImage("boot").status == 0)
    #expect(try onImage("vmalloc", "4K").status == 0)
    let one = try onImage("insmod", Self.fixture("leak"))
    #expect(one.status == 0 && one.outputText.contains("leak: the 2-page area"), "\(one.errorText)")
    #expect(try onImage("vmallocinfo").lines.count == 2)
    let history = try onImage("log").outputText
    #expect(history.contains("insmod ") && history.contains("\nrmmod leak"), "\(history)")
    #expect(try onImage("check").status == 0)
    // One record, which is taken back as a whole; the line before stays.
    #expect(try onImage("undo").outputText.contains("insmod "))
    #expect(try onImage("vmallocinfo").lines.count == 1)
    try folder.write(Array("insmod \(Self.fixture("leak"))\nvmalloc 4K\n".utf8), to: "s.vmem")
    let script = try Command.run(
      [TestFiles.vmemctl, "run", "--image", image, folder.path + "/s.vmem"])
    #expect(script.status == 0, "\(script.errorText)")
    #expect(try onImage("vmallocinfo").lines.count == 3)
  }

  /// A page that is again what the image's file has is kept, too, where the log has something older.
  @Test(.compilesModules) func pagesAreKeptThatChangeBack() throws {
    #expect(try onImage("boot").status == 0)
    func store(_ byte: Int, _ words: String...) throws -> String {
      try onImage(words: ["insmod", Self.fixture("rewrite"), "byte=\(byte)"] + words).outputText
    }
    let first = try store(7)
    let frame = try #require(first.split(separator: " ").first { $0.hasPrefix("0x") })
    #expect(try store(0, "pfn=\(frame)").contains("has 7"))
    #expect(try store(0, "pfn=\(frame)").contains("has 0"))
    #expect(try onImage("check").status == 0)
  }

  /// So is what a module has done that died of an oops.
  @Test(.compilesModules) func deadModulesAreKept() throws {
    #expect(try onImage("boot").status == 0)
    #expect(try onImage("insmod", Self.fixture("guard")).status == 3)
    #expect(try onImage("vmallocinfo").lines.count == 1)
    #expect(try onImage("dmesg").outputText.contains("guard page"))
    #expect(try onImage("check").status == 0)
    #expect(try onImage("undo").outputText.contains("insmod "))
    #expect(try onImage("vmallocinfo").lines.isEmpty)
  }

  /// In the shell a module stays until rmmod, or until the shell is left.
  @Test(.compilesModules) func modulesStayInTheShell() throws {
    let shell = try PseudoTerminal(
      [TestFiles.vmemctl, "shell"], columns: 200,
      environment: [
        "VMEMCTL_IMAGE": image, "XDG_STATE_HOME": folder.path + "/state", "PAGER": "",
      ])
    #expect(shell.shows("m.img> "))
    let hello = TestFiles.root + "/examples/modules/hello.c"
    shell.type("insmod \(hello)\r")
    #expect(shell.shows("hello, world"))
    #expect(shell.shows("m.img> "))
    #expect(!shell.seen.contains("goodbye"))
    shell.type("undo\r")
    #expect(shell.shows("-EBUSY"))
    shell.type("a = vmalloc 8K\r")
    #expect(shell.shows("0xffffc90000000000\r\n"))
    shell.type("lsmod\r")
    #expect(shell.shows("Used by"))
    #expect(shell.shows("\nhello "))
    shell.type("rmmod hello\r")
    #expect(shell.shows("goodbye"))
    #expect(shell.shows("m.img> "))
    shell.type("undo\r")
    #expect(shell.shows("a = vmalloc 8K"))
    // One that has died can be loaded again when it is mended.
    for _ in 0..<2 {
      shell.type("insmod \(Self.fixture("bug"))\r")
      #expect(shell.shows("its code stays"))
    }
    // What is loaded when the shell is left is unloaded, and kept.
    shell.type("insmod \(Self.fixture("leak"))\r")
    #expect(shell.shows("commits all as one"))
    shell.type("exit\r")
    #expect(shell.shows("leak: the 2-page area"))
    #expect(try shell.end() == 0)
    #expect(try onImage("vmallocinfo").lines.count == 1)
  }

  /// Options are options wherever they stand among a module's words.
  @Test(.compilesModules) func optionsBehindParameters() throws {
    let race = TestFiles.root + "/examples/modules/race.c"
    func run(_ words: String) throws -> Command {
      try Command.vmemctl(
        "run", "-", input: "insmod \(words)\n")
    }
    let first = try run("--preempt 3 --lockup 5 \(race) updates=4 fixed=1")
    let last = try run("\(race) updates=4 --preempt 3 fixed=1 --lockup 5")
    #expect(first.status == 0 && first.outputText.contains("4 updates"), "\(first.errorText)")
    #expect(last.outputText == first.outputText, "\(last.outputText)\(last.errorText)")
    let wrong = try run("\(race) fixed=1 --premept 3")
    #expect(wrong.status == 65 && wrong.errorText.contains("did you mean --preempt"))
  }
}
