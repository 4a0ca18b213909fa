import TestSupport
import Testing

/// The pictures of the articles.
@Suite struct PictureFileTests {
  private static let folder = "Sources/VMemViews/VMemViews.docc"
  /// The pictures, and the articles that show them.
  private static let places = [
    "map.svg": "Pictures.md", "file.svg": "Pictures.md", "walk.svg": "Pictures.md",
    "diff.svg": "Pictures.md", "tables.svg": "../../VMemScript/VMemScript.docc/TenMinutes.md",
  ]

  /// They are those that the script of the examples makes today. `VMEMCTL_REWRITE=1 swift test
  /// --filter PictureFile` replaces them.
  @Test func articlesShowWhatTheScriptDraws() throws {
    let made = try TemporaryFolder()
    let ran = try Command.run(
      [TestFiles.root + "/examples/shell/pictures.sh", made.path],
      environment: ["VMEMCTL": TestFiles.vmemctl])
    #expect(ran.status == 0, "\(ran.errorText)")
    #expect(ran.errorText == "")
    let names = ran.outputText.split { " \n".contains($0) }.map(String.init)
    #expect(names == ["map.svg", "file.svg", "walk.svg", "diff.svg", "tables.svg"])
    for name in names {
      let drawn = try TestFiles.read(made.path + "/" + name)
      let place = Self.folder + "/" + (try #require(Self.places[name]))
      let article = try Pages.read(place)
      // A resource of the catalogue that the article is in.
      let path = TestFiles.root + "/" + Self.folder(of: place) + "/" + name
      if TranscriptTests.rewrites { try TestFiles.write(drawn, to: path) }
      #expect(try TestFiles.read(path) == drawn, "\(name)")
      #expect(DrawnText.faults(in: drawn) == [], "\(name)")
      #expect(article.contains("](\(name))"))
    }
    #expect(try Pages.read(Pages.readme).contains("](\(Self.folder)/file.svg)"))
  }

  private static func folder(of path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// Before and after stand side by side.
  @Test func differencesAreDrawn() throws {
    let folder = try TemporaryFolder()
    let image = folder.path + "/m.img"
    let copy = folder.path + "/a<b>.img"
    let environment = ["VMEMCTL_IMAGE": image]
    func vmemctl(_ words: String...) throws -> Command {
      try Command.run([TestFiles.vmemctl] + words, environment: environment)
    }
    #expect(try vmemctl("s", "=", "get_vm_area", "64K", "--flags", "sparse").status == 0)
    #expect(try vmemctl("P", "=", "alloc_pages", "4").status == 0)
    #expect(try vmemctl("v", "=", "vmalloc", "16K").status == 0)
    #expect(try vmemctl("snapshot", copy).status == 0)
    let none = try vmemctl("diff", copy, image, "--format", "svg").outputText
    #expect(none.contains("<desc>no difference</desc>"))
    #expect(try vmemctl("vm_area_map_pages", "s", "s..s+8K", "P:0..2").status == 0)
    #expect(try vmemctl("vfree", "v").status == 0)
    #expect(try vmemctl("w", "=", "ioremap", "0xfeb00000", "8K").status == 0)
    let svg = try vmemctl("diff", "--format", "svg", copy, image).outputText
    #expect(svg.contains("s sparse vmemctl: 0 B → 8 KiB mapped"))
    #expect(svg.contains("- v vmalloc vmemctl → unpurged"))
    #expect(svg.contains("+ w ioremap vmemctl"))
    #expect(svg.contains("a&lt;b&gt;.img"))
    #expect(DrawnText.faults(in: svg) == [])
    #expect(DrawnText.faults(in: none) == [])
    let page = try vmemctl("diff", copy, image, "--format", "html").outputText
    #expect(page.contains(svg))
    if PictureTool.hasXMLLint {
      #expect(try PictureTool.fault(of: svg) == nil)
      #expect(try PictureTool.fault(of: page) == nil)
    }
    let script = "repeat 40 { @vmalloc 4K --align 16K }\ninfo --hash\n"
    let many = try Command.run(
      [TestFiles.vmemctl, "run", "--image", image, "-"], input: Array(script.utf8))
    #expect(many.status == 0)
    let crowded = try vmemctl("diff", copy, image, "--format", "svg").outputText
    #expect(crowded.contains(">and 11 more<"))
    #expect(DrawnText.faults(in: crowded) == [])
    #expect(try vmemctl("info", "--hash").lines.last == many.lines.last)
    #expect(try vmemctl("--json", "diff", copy, image, "--format", "svg").status == 64)
    #expect(try vmemctl("diff", copy, image, "--format", "png").status == 65)
    #expect(try vmemctl("diff", copy, image, copy).status == 65)
  }
}
