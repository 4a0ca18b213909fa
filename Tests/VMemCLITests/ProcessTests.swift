import TestSupport
import Testing

@Suite struct ProcessTests {
  @Test func version() throws {
    let ran = try Command.vmemctl("--version")
    #expect(ran.status == 0)
    #expect(ran.lines.count == 1)
    #expect(ran.lines[0].first?.isNumber == true)
  }

  @Test func helpOfTheProcessAndOfVerbs() throws {
    #expect(try Command.vmemctl("--help").outputText.contains("vmemctl run FILE..."))
    #expect(try Command.vmemctl("help", "run").outputText.contains("--keep-going"))
    let verb = try Command.vmemctl("help", "get_vm_area").outputText
    #expect(verb.contains("get_vm_area SIZE"))
    #expect(try Command.vmemctl("get_vm_area", "--help").outputText == verb)
  }

  @Test func scriptFromStandardInput() throws {
    let ran = try Command.vmemctl("run", "-", input: "get_vm_area 16K\nget_vm_area 16K")
    #expect(ran.lines == ["0xffffc90000000000", "0xffffc90000005000"])
  }

  @Test func aScriptIsNoVerb() throws {
    let ran = try Command.vmemctl("tour.vmem")
    #expect(ran.status == 64)
    #expect(
      ran.errorText == "vmemctl: `tour.vmem` is a script, not a verb\n  vmemctl run tour.vmem\n")
  }

  @Test func errorsNameFileAndLine() throws {
    let ran = try Command.vmemctl("run", "-", input: "echo a\nget_vm_areas 16K\n")
    #expect(ran.status == 65)
    #expect(ran.outputText == "a\n")
    #expect(ran.errorText.contains("<stdin>:2:"))
    #expect(ran.errorText.contains("get_vm_area"))
    #expect(ran.errorText.contains("^"))
  }

  /// Messages of the process and of scripts alike; a file gets colour only when told.
  @Test(arguments: [["run", "/nonexistent"], ["assert", "1", "eq", "2"], ["no_such_verb"]])
  func colour(_ arguments: [String]) throws {
    let plain = try Command.run([TestFiles.vmemctl] + arguments)
    #expect(plain.errorText.hasPrefix("vmemctl: "))
    let bold = try Command.run([TestFiles.vmemctl] + arguments + ["--color", "always"])
    #expect(bold.errorText.hasPrefix("\u{1b}[1mvmemctl:\u{1b}[0m "))
    let never = try Command.run([TestFiles.vmemctl] + arguments + ["--color=never"])
    #expect(never.errors == plain.errors)
  }

  @Test func keepGoing() throws {
    let script = "get_vm_area 0\nget_vm_area 4K\n"
    #expect(try Command.vmemctl("run", "-", input: script).lines == ["NULL"])
    #expect(
      try Command.vmemctl("run", "--keep-going", "-", input: script).lines
        == ["NULL", "0xffffc90000000000"])
  }

  @Test func quiet() throws {
    let script = "get_vm_area 4K\nvmallocinfo\n"
    let ran = try Command.vmemctl("run", "-", "--quiet", input: script)
    #expect(ran.lines.count == 1)
    #expect(ran.lines[0].hasPrefix("0xffffc90000000000-0xffffc90000002000    8192 "))
  }

  @Test func tap() throws {
    let ran = try Command.vmemctl(
      "run", "--tap", "-", input: "expect NULL get_vm_area 0\nexpect fault read 0 1\n")
    #expect(ran.status == 0)
    #expect(ran.lines.filter { $0.hasPrefix("ok ") }.count == 2)
    #expect(ran.lines.contains("1..2"))
  }

  @Test(arguments: [["--json", "help", "vfree"], ["echo", "a", "--json"]])
  func optionsBeforeAndAfterTheVerb(_ arguments: [String]) throws {
    let ran = try Command.run([TestFiles.vmemctl] + arguments)
    #expect(ran.status == 0)
    for line in ran.lines {
      let json = JSONText(line)
      #expect(json != nil, "\(line)")
    }
  }

  @Test func everyJSONLineParses() throws {
    let script = """
      s = get_vm_area 64K --flags sparse
      P = alloc_pages 4
      vm_area_map_pages s s..+8K P[0..2]
      expect ERANGE vm_area_map_pages s s..+68K P[2]
      read s 4
      find_vm_area s
      page P
      vmallocinfo
      page_tables --range s..+64K --format tree
      walk s
      info
      meminfo
      buddyinfo
      dmesg
      echo "a \\" b"
      read 0 1
      """
    let ran = try Command.vmemctl("run", "--json", "--keep-going", "-", input: script)
    #expect(ran.status == 3)
    #expect(ran.lines.count > 20)
    for line in ran.lines {
      let json = JSONText(line)
      #expect(json != nil, "\(line)")
    }
    #expect(JSONText(ran.lines[0])?.keys.starts(with: ["line", "verb", "name", "result"]) == true)
  }

  // MARK: Determinism

  @Test func sameScriptSameImage() throws {
    let script = """
      boot --memory 64M --cpus 2
      P = alloc_pages 100
      s = get_vm_area 1M --flags sparse
      vm_area_map_pages s s..+100p P
      fill s 100p 0x5a
      free_vm_area s
      info --hash
      """
    // Each process has its stack and heap elsewhere; nothing of that may reach RAM.
    let runs = try (0..<8).map { _ in try Command.vmemctl("run", "-", input: script).outputText }
    #expect(Set(runs).count == 1)
    #expect(runs[0].contains("hash: "))
    let other = try Command.vmemctl(
      "run", "-", input: script.replacing("0x5a", with: "0x5b")
    ).outputText
    #expect(other != runs[0])
  }

  // MARK: Broken scripts

  static let brokenScripts: [(what: String, bytes: [UInt8])] = [
    ("a byte 0", [UInt8]("echo a\0b\n".utf8)),
    ("bad UTF-8", [UInt8]("echo ".utf8) + [0xff, 0x0a]),
    ("cut UTF-8", [UInt8]("echo ".utf8) + [0xe2, 0x82]),
    ("a line over 1 MiB", [UInt8](repeating: 0x61, count: 1 << 20 + 1)),
    ("an open quote", [UInt8]("echo \"a\n".utf8)),
    ("an open body", [UInt8]("repeat 3 {\necho a\n".utf8)),
    ("binary", (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 167 + $0 / 8) }),
  ]

  @Test(arguments: brokenScripts)
  func brokenScript(_ what: String, _ bytes: [UInt8]) throws {
    let ran = try Command.run([TestFiles.vmemctl, "run", "-"], input: bytes)
    #expect(ran.status == 65, "\(what)")
    #expect(ran.errorText.hasPrefix("vmemctl: <stdin>:"), "\(what): \(ran.errorText)")
  }

  @Test func longestLine() throws {
    let bytes = [UInt8]("# ".utf8) + [UInt8](repeating: 0x61, count: 1 << 20 - 2)
    let ran = try Command.run([TestFiles.vmemctl, "run", "-"], input: bytes)
    #expect(ran.status == 0)
  }

  @Test func linesOfWindows() throws {
    let ran = try Command.vmemctl("run", "-", input: "echo a\r\nget_vm_area 4K\r\n")
    #expect(ran.status == 0)
    #expect(ran.lines == ["a", "0xffffc90000000000"])
  }
}
