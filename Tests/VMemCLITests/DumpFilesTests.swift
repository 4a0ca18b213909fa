import Glibc
import TestSupport
import Testing

@Suite struct DumpFilesTests {
  private static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
  private static let script = """
    boot --memory 4M
    P = alloc_pages 3
    @a = get_vm_area 36K
    @vmap_pages_range a+0x2000..a+0x5000 P
    @fill a+0x2ffe 5 0x83

    """

  /// A folder that is gone after `body`.
  private func withFolder(_ body: (String) throws -> Void) throws {
    var path = Array("/tmp/vmemctl-test-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&path).map { String(cString: $0) })
    defer { _ = try? Command.run(["rm", "-r", folder]) }
    try body(folder)
  }

  @Test(arguments: ["kcore", "vmcore", "memory"])
  func aFileAndStandardOutputGetTheSameBytes(_ verb: String) throws {
    try withFolder { folder in
      let file = folder + "/dump"
      let run = try Command.vmemctl("run", "-", input: Self.script + "\(verb) \(file)\n")
      #expect(run.status == 0 && run.outputText == "3\n0\n")
      let bytes = try Command.run(["cat", file]).output
      #expect(verb == "memory" ? bytes.count == 4 << 20 : bytes.starts(with: Self.magic))
      for target in ["-", "/dev/stdout"] {
        let script = Self.script + "\(verb) \(target)\n"
        let direct = try Command.vmemctl("run", "-", input: script)
        #expect(direct.output == Array("3\n".utf8) + bytes, "\(target)")
        let pipe = try Command.run(
          ["sh", "-c", "\"$0\" run - | cat", TestFiles.vmemctl], input: Array(script.utf8))
        #expect(pipe.output == direct.output, "\(target)")
      }
      // A line behind the dump does not overwrite its start.
      let more = try Command.vmemctl("run", "-", input: Self.script + "\(verb) -\necho end\n")
      #expect(more.output == Array("3\n".utf8) + bytes + Array("end\n".utf8))
    }
  }

  @Test func aDumpReplacesAnOlderFile() throws {
    try withFolder { folder in
      let file = folder + "/dump"
      #expect(try Command.vmemctl("run", "-", input: "kcore \(file)\n").status == 0)
      let script = "boot --memory 4M\nkcore \(file)\n"
      #expect(try Command.vmemctl("run", "-", input: script).status == 0)
      let small = try Command.run(["stat", "-c", "%s", file]).outputText
      #expect(UInt64(small.dropLast()) ?? .max < 16 << 20)
    }
  }

  @Test(arguments: [
    ("kcore /nonexistent/file", Int32(73)), ("vmcore /nonexistent/file", 73),
    ("kcore /dev/full", 74), ("vmcore /dev/full", 74), ("memory /dev/full", 74),
    ("kcore", 65), ("kcore a --headers", 65), ("kcore --headers --read 0 1", 65), ("vmcore", 65),
  ])
  func failuresHaveTheirCode(_ line: String, _ code: Int32) throws {
    let run = try Command.vmemctl("run", "-", input: line + "\n")
    #expect(run.status == code)
    #expect(run.output.isEmpty)
    #expect(run.errorText.contains(line.split(separator: " ")[0]))
  }

  /// Where one of a pair cannot be made, nothing is left.
  @Test(arguments: [
    ("vmcore %/no/x --vmlinux %/v", Int32(73)), ("vmcore %/x --vmlinux %/no/v", 73),
    ("vmcore /dev/full --vmlinux %/v", 74), ("vmcore %/x --vmlinux /dev/full", 74),
    ("vmcore % --vmlinux %/v", 73), ("vmcore %/x --vmlinux %", 73),
  ])
  func aPairIsWholeOrNotThere(_ line: String, _ code: Int32) throws {
    try withFolder { folder in
      let line = line.replacing("%", with: folder)
      let run = try Command.vmemctl("run", "-", input: "boot --memory 4M\n\(line)\n")
      #expect(run.status == code)
      #expect(try Command.run(["ls", folder]).outputText == "")
    }
  }

  /// Files may not grow as large as a part of the pair.
  @Test(arguments: [8, 256])
  func aPairThatTheDiskHasNoRoomFor(_ kilobytes: Int) throws {
    try withFolder { folder in
      let command = "ulimit -f \(kilobytes); trap '' XFSZ; \"$0\" run -"
      let script = "boot --memory 4M\nvmcore \(folder)/x --vmlinux \(folder)/v\n"
      let run = try Command.run(
        ["bash", "-c", command, TestFiles.vmemctl], input: Array(script.utf8))
      #expect(run.status == 74)
      #expect(try Command.run(["ls", folder]).outputText == "")
    }
  }

  @Test func areasLargerThanAnyFileAreRefusedByTheHost() throws {
    try withFolder { folder in
      let areas = (0..<5).map { _ in "@get_vm_area 0x2000000000000000 --range 0..-1" }
      let script = areas.joined(separator: "\n") + "\nkcore \(folder)/dump\n"
      let run = try Command.vmemctl("run", "-", input: script)
      #expect(run.status == 74)
      #expect(run.errorText.contains("File too large"))
    }
  }

  @Test func aClosedPipeEndsTheRun() throws {
    let command = "echo kcore - | \"$0\" run - | head -c 4 > /dev/null; exit ${PIPESTATUS[1]}"
    let run = try Command.run(["bash", "-c", command, TestFiles.vmemctl])
    #expect(run.status == 141)
  }
}
