import TestSupport
import Testing

/// `holes`, `fit`, `totals` and `map` of a file need no machine.
@Suite struct FileViewTests {
  private static let path = Fixture.folder + "vmallocinfo/ubuntu"
  private static let lines = [
    ["holes"], ["holes", "--purged", "--prometheus"], ["fit", "4M"], ["totals", "--by", "module"],
    ["map"], ["map", "--format", "svg"],
  ]

  /// No image is looked for, made or locked, and the file may come from standard input.
  @Test(arguments: lines)
  func makesNoImage(_ line: [String]) throws {
    let folder = try TemporaryFolder()
    let image = folder.path + "/vmem.img"
    let ran = try Command.run(
      [TestFiles.vmemctl] + line + ["--file", Self.path], environment: ["VMEMCTL_IMAGE": image])
    #expect(ran.status == 0 && !ran.output.isEmpty && ran.errorText == "")
    let piped = try Command.run(
      [TestFiles.vmemctl] + line + ["--file", "-"],
      input: Array(try TestFiles.read(Self.path).utf8),
      environment: ["VMEMCTL_IMAGE": image])
    #expect(piped.status == 0)
    #expect(piped.outputText.replacing("&lt;stdin&gt;", with: Self.path) == ran.outputText)
    #expect(folder.files.isEmpty)
  }

  /// Also beside a file that is no image.
  @Test func readsNoImage() throws {
    let folder = try TemporaryFolder()
    let image = folder.path + "/vmem.img"
    try folder.write(Array("no image".utf8), to: "vmem.img")
    let ran = try Command.vmemctl("holes", "--file", Self.path, "--image", image)
    #expect(ran.status == 0)
    #expect(try Command.vmemctl("holes", "--image", image).status == 65)
  }

  @Test func inAScript() throws {
    let script =
      "boot --memory 64M\nholes --top 1 --file \(Self.path)\nexpect NULL fit 40T --file \(Self.path)\n"
    let ran = try Command.vmemctl("run", "-", input: script)
    #expect(ran.status == 0)
    #expect(ran.lines.last == "NULL" && ran.lines.count == 3)
    let twice = try Command.vmemctl("run", "-", input: "holes --file -\nget_vm_area 4K\n")
    #expect(twice.status == 65 && twice.errorText.contains("the script itself"))
  }

  @Test func whatIsWrong() throws {
    #expect(try Command.vmemctl("holes", "--file", "/nowhere").status == 66)
    #expect(try Command.vmemctl("totals", "--file", "/etc/hostname").status == 65)
    let rows = "0xffffc90000000000-0xffffc90000002000    8192 a+0x1/0x2 vmap\n"
    let overlap = rows + "0xffffc90000001000-0xffffc90000003000    8192 a+0x1/0x2 vmap\n"
    let ran = try Command.vmemctl("fit", "4K", "--file", "-", input: overlap)
    #expect(ran.status == 65 && ran.errorText.contains("<stdin>:2: "))
    let none = try Command.vmemctl("map", "--range", "modules", "--file", "-", input: rows)
    #expect(none.status == 65)
    let hashed = Fixture.folder + "vmallocinfo/coreos.hashed"
    #expect(try Command.vmemctl("holes", "--file", hashed).status == 0)
    #expect(try Command.vmemctl("map", "--file", hashed).status == 0)
    for words in [["map", "--format", "svg"], ["holes", "--range", "0..1G"]] {
      let ran = try Command.run([TestFiles.vmemctl] + words + ["--file", hashed])
      #expect(ran.status == 65 && ran.errorText.contains("addresses"))
    }
  }

  /// What is no text is refused after its first bytes, whether it ends or not.
  @Test(arguments: ["/dev/zero", "/dev/urandom"]) func devices(_ path: String) throws {
    for words in [["holes", "--file"], ["import_vmallocinfo"]] {
      let ran = try Command.run([TestFiles.vmemctl] + words + [path])
      #expect(ran.status == 65 && ran.errorText.contains("\(path):1: not a text"), "\(ran)")
    }
  }

  /// A purge is what makes room there; the answer says so.
  @Test func onlyAfterAPurge() throws {
    let rows = """
      0xffffc90000000000-0xffffc90000002000    8192 a+0x1/0x2 vmap
      0xffffc90000002000-0xffffc90000012000   65536 unpurged vm_area
      0xffffc90000012000-0xffffc90000014000    8192 b+0x1/0x2 vmap

      """
    let range = ["--range", "0xffffc90000000000..0xffffc90000014000"]
    let ran = try Command.run(
      [TestFiles.vmemctl, "fit", "60K"] + range + ["--file", "-"], input: Array(rows.utf8))
    #expect(ran.status == 0 && ran.outputText == "0xffffc90000002000\n")
    #expect(ran.errorText.contains("note: a kernel purges first"))
    let larger = try Command.run(
      [TestFiles.vmemctl, "fit", "64K"] + range + ["--file", "-"], input: Array(rows.utf8))
    #expect(larger.status == 1 && larger.errorText.contains("after a purge of everything"))
  }
}
