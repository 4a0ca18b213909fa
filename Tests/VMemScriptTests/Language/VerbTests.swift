import TestSupport
import Testing
@testable import VMemScript

/// What the verb table promises: every example runs, every verb explains itself, every JSON line
/// parses.
@Suite struct VerbTests {
  /// A group says its verbs' names without making them.
  @Test func groupsKnowTheirNames() {
    let table = VerbTable()
    let names = table.verbs.map { "\($0.name)" }
    #expect(table.verbNames == names)
    for (index, name) in names.enumerated() {
      #expect("\(table[index].name)" == name && "\(table.find(name)?.name ?? "")" == name)
    }
  }

  static let verbs = VerbTable().verbs.map { "\($0.name)" }

  /// What the examples take for granted.
  static let preamble = """
    @P = alloc_pages 600
    @a = get_vm_area 64K
    @m = vm_map_ram P[0..4]
    @s = get_vm_area 4G --flags sparse
    @vm_area_map_pages s s..s+1p P[0]
    @vm_area_map_pages s s+0x4000..s+0x6000 P[2..4]
    @write s+0x4000 00

    """

  /// Lines that make an example's own premise.
  static func premise(_ verb: String) -> String {
    switch verb {
    case "boot", "include", "memory", "repeat": ""
    case "vm_map_ram": "@P = alloc_pages 4\n"
    case "let":
      "@s = get_vm_area 8K --flags sparse\n@P = alloc_pages 2\n@vm_area_map_pages s s..s+2p P\n"
    case "alloc_pages": "boot --nodes 2\n"
    case "cpu": "boot --cpus 4\n"
    case "pks_set", "pks_protect", "pks_mode", "pks_state": "boot --with pks\n\(preamble)"
    case "get_vm_area": "\(preamble)@free_vm_area s\n@s = get_vm_area 4M\n@free_vm_area s\n"
    case "vm_area_map_pages": "\(preamble)@vm_area_unmap_pages s s..s+64K\n"
    case "pcpu_free_vm_areas": "\(preamble)@g = pcpu_get_vm_areas --align 4K 0:64K\n"
    case "assert": "@populate 0xffffc90000000000..+4K\n@let a = 0\n@let b = 20K\n"
    case "context": "\(preamble)@vm_area_unmap_pages s s..s+1p\n"
    case "compare": "\(preamble)@copy s+0x4000 P[3] 4K\n"
    case "vmalloc_to_page":
      "\(preamble)@vm_area_unmap_pages s s+0x4000..s+0x5000\n@vm_area_map_pages s s+0x4000..s+0x5000 P[3]\n"
    default: preamble
    }
  }

  @Test(
    arguments: verbs.filter {
      ![
        "memory", "kcore", "vmcore", "vmlinux", "include", "assert", "snapshot", "diff", "log",
        "undo",
        "import_vmallocinfo", "replay", "insmod", "rmmod", "modinfo", "modcc",
      ].contains($0)
    })
  func examplesRun(_ name: String) throws {
    let verb = try #require(VerbTable().find(name))
    let result = run(Self.premise(name) + "\(verb.example)\n")
    #expect(result.messages == "", "\(verb.example)")
    #expect(result.exit == .success)
    #expect("\(verb.example)".contains(name))
  }

  @Test(arguments: verbs)
  func help(_ name: String) throws {
    let verb = try #require(VerbTable().find(name))
    let text = run(arguments: "help", name).output
    #expect(text.hasPrefix(verb.signature + "\n"))
    for part in ["\(verb.summary)", "returns:", "changes:", "example:"] {
      #expect(text.contains(part))
    }
    for option in verb.options { #expect(text.contains("  \(option)")) }
    let dashed = String(name.map { $0 == "_" ? "-" : $0 })
    #expect(run(arguments: "help", dashed).output == text)
    #expect(run(arguments: "help").output.contains("  \(name) "))
  }

  @Test(arguments: ["grammar", "exit", "json", "image", "kernels"])
  func topics(_ topic: String) {
    let result = run(arguments: "help", topic)
    #expect(result.exit == .success)
    #expect(result.lines.count > 10)
    #expect(result.lines.allSatisfy { $0.unicodeScalars.count <= 100 })
  }

  @Test func verbOfACommand() {
    let table = VerbTable()
    for command in [
      "get_vm_area 4K", "a = get_vm_area 4K", "@a = get-vm-area 4K", "@get_vm_area 4K",
      "@ get_vm_area", "a = expect NULL get_vm_area 0", "expect NULL get_vm_area 0",
      "@expect NULL get_vm_area 0",
    ] {
      let verb = table.verb(of: command.split(separator: " ").map(String.init))
      #expect(verb?.name.description == "get_vm_area", "\(command)")
    }
    for command in ["", "@", "a =", "expect NULL", "nonsense"] {
      let verb = table.verb(of: command.split(separator: " ").map(String.init))
      #expect(verb?.name.description == nil, "\(command)")
    }
  }

  /// A table for one line finds what the table of all finds.
  @Test func briefTables() {
    let (table, brief) = (VerbTable(), VerbTable(isBrief: true))
    func find(_ word: String, _ table: VerbTable) -> Int? {
      let bytes = Array(word.utf8)
      return bytes.withUnsafeBufferPointer {
        table.find(Text(base: $0.baseAddress!, count: $0.count))
      }
    }
    #expect(brief.verbNames == table.verbNames)
    for (index, name) in table.verbNames.enumerated() {
      for word in [name, String(name.map { $0 == "_" ? "-" : $0 })] {
        #expect(find(word, table) == index && find(word, brief) == index, "\(word)")
      }
      #expect("\(brief[index].name)" == name)
      for word in [name + "x", "x" + name, String(name.dropLast()), name + " ", name + " " + name] {
        #expect(find(word, brief) == find(word, table), "\(word)")
      }
    }
    let neighbours = table.verbNames.prefix(2).joined(separator: " ")
    #expect(find(neighbours, brief) == nil)
  }

  @Test func underscoreAndHyphenAreTheSame() {
    #expect(run("a = get-vm-area 4K\nfree-vm_area a").exit == .success)
  }

  @Test(
    arguments: verbs.filter {
      !["memory", "kcore", "vmcore", "vmlinux", "include", "import_vmallocinfo"].contains($0)
    })
  func json(_ name: String) throws {
    let verb = try #require(VerbTable().find(name))
    let result = run(Self.premise(name) + "\(verb.example)\n") {
      $0.json = true
      $0.keepGoing = true
    }
    for line in result.lines {
      #expect(JSONText.keys(line) != nil, "\(line)")
    }
    if case let last? = result.lines.last {
      let keys = JSONText.keys(last) ?? []
      #expect(
        Set(["line", "verb", "name", "result", "type", "errno", "warnings", "exit"])
          .isSubset(of: keys), "\(last)")
    }
  }

  @Test func jsonForms() {
    let result = run(
      """
      a = get_vm_area 16K
      expect NULL get_vm_area 0
      P = alloc_pages 3
      echo "x\\"y"
      read 0 1
      vmallocinfo
      @let b = 5
      let c = 6
      @get_vm_area 4K
      @get_vm_area 0
      """
    ) {
      $0.json = true
      $0.keepGoing = true
    }
    let lines = result.lines
    #expect(
      lines[0] == #"{"line":1,"verb":"get_vm_area","name":"a","#
        + #""result":"0xffffc90000000000","type":"address","errno":null,"warnings":[],"exit":0}"#)
    #expect(lines[1].contains(#""result":"NULL","type":"null","errno":null"#))
    #expect(lines[1].contains(#""expected":"NULL","error":{"rule":"sizeRoundsToZero""#))
    #expect(lines[2].contains(#""name":"P","result":3,"type":"number""#))
    #expect(lines[3].contains(#""result":"x\"y","type":"text""#))
    #expect(lines[4].contains(#""result":"-EFAULT","type":"fault","errno":"EFAULT""#))
    #expect(lines[4].contains(#""exit":3"#))
    #expect(lines[6].contains(#""verb":"vmallocinfo","name":null,"result":null,"rows":1"#))
    #expect(lines[7].contains(#""line":10,"verb":"get_vm_area""#))
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { JSONText.keys($0) != nil })
  }
}
