import Glibc
import TestSupport
import Testing

/// Exercises whose machines are kept in an image, and lines that make no image.
@Suite struct QuizImageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String..., input: String = "") throws -> Command {
    try Command.run([TestFiles.vmemctl] + arguments, input: Array(input.utf8))
  }

  @Test func anImageIsMadeAsByBoot() throws {
    let image = folder.path + "/q.img"
    let asked = try run("quiz", "walk", "--seed", "3", "--image", image)
    #expect(asked.status == 0)
    #expect(asked.outputText.hasPrefix("boot"))
    #expect(try run("--image", image, "names").lines.contains { $0.hasPrefix("s area") })
    #expect(try run("--image", image, "check").status == 0)
    // Judging and showing the way leave it as it is.
    let hash = try run("--image", image, "info", "--hash").outputText
    #expect(try run("quiz", "walk", "--seed", "3", "--answer", "1", "--image", image).status == 2)
    #expect(try run("quiz", "walk", "--seed", "3", "--solve", "--image", image).status == 0)
    #expect(try run("--image", image, "info", "--hash").outputText == hash)
    let again = try run("quiz", "tlb", "--image", image)
    #expect(again.status == 73)
    #expect(again.errorText.contains("holds a machine already"))
    #expect(try run("--image", image, "info", "--hash").outputText == hash)
    #expect(try run("quiz", "tlb", "--image", image, "--force").status == 0)
    #expect(try run("--image", image, "info", "--hash").outputText != hash)
    #expect(try run("vmallocinfo", "--image", image, "--force").status == 64)
    // The history makes the machine again.
    let log = try run("--image", image, "log").outputText
    #expect(log == "quiz tlb\n")
    try folder.write(Array(log.utf8), to: "log.vmem")
    let other = folder.path + "/r.img"
    #expect(try run("run", "--image", other, folder.path + "/log.vmem").status == 0)
    #expect(
      try run("--image", other, "info", "--hash").outputText
        == run("--image", image, "info", "--hash").outputText)
    #expect(try run("run", "--image", other, folder.path + "/log.vmem").status == 73)
    let piped = folder.path + "/p.img"
    #expect(try run("run", "--image", piped, "-", input: "quiz tlb\nnames\n").status == 0)
    #expect(
      try run("--image", piped, "info", "--hash").outputText
        == run("--image", image, "info", "--hash").outputText)
  }

  /// Without an image that is named nothing is written.
  @Test func aQuestionAloneMakesNoImage() throws {
    let command = "cd \(folder.path) && \(TestFiles.vmemctl) quiz walk --seed 3"
    #expect(try Command.run(["/bin/sh", "-c", command]).status == 0)
    #expect(access(folder.path + "/vmem.img", F_OK) != 0)
  }

  /// A file of the host that cannot be read fails the line before it acts.
  @Test(arguments: [
    ("nofile", 1), (".", 1), ("locked", 1), ("there", 0),
  ])
  func whatIsNotThereMakesNoImage(_ name: String, _ status: Int32) throws {
    try folder.write([1, 2, 3], to: "there")
    mkfifo(folder.path + "/locked", 0o600)
    let image = folder.path + "/n.img"
    let ran = try run("--image", image, "file_open", folder.path + "/" + name)
    #expect(ran.status == status, "\(ran.errorText)")
    #expect((access(image, F_OK) == 0) == (status == 0))
    #expect(!ran.errorText.contains("booted") || status == 0)
    // In a machine that is there the line is part of its history.
    if status == 0 {
      #expect(try run("--image", image, "file_open", folder.path + "/nofile").status == 1)
      #expect(try run("--image", image, "log").outputText.contains("nofile"))
    }
  }
}
