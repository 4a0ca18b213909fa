import TestSupport
import Testing

/// Every benchmark once, with little to do. Times are nobody's business here.
@Suite struct BenchmarkTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let words: [String]
    /// What a row has, and what stands beside the rows where there is a list of them.
    let row: [String]
    var list: String?
    var rows = 1
    var facts: [String] = []

    var testDescription: String { words[0] }
  }

  static let cases = [
    Case(
      words: ["boot", "--memory", "64M,32M", "--rounds", "2"],
      row: ["memory", "rounds", "median_us", "min_us", "max_us", "ratio"],
      list: "machines", rows: 2),
    Case(
      words: ["script", "--lines", "101", "--rounds", "2"],
      row: ["ns_per_line", "lines_per_s", "lines_per_s_min", "lines_per_s_max", "ratio"],
      facts: ["lines", "rounds"]),
    Case(
      words: ["areas", "50", "--pairs", "200", "--warm", "50", "--reps", "2"],
      row: ["ns_per_pair", "ns_per_pair_min", "ns_per_pair_max", "peer_ns_per_pair", "ratio"],
      facts: ["live", "cpus", "pattern", "pairs", "reps", "addr_hash"]),
    Case(
      words: ["map", "--pages", "64", "--rounds", "2"],
      row: [
        "ns_per_page", "map_ns_per_page", "map_ns_per_page_max", "unmap_ns_per_page",
        "unmap_ns_per_page_max", "peer_ns_per_page", "ratio", "times_faster",
      ],
      facts: ["pages", "rounds"]),
    Case(
      words: ["access", "--pages", "16,32", "--loads", "1000", "--rounds", "2"],
      row: ["pages", "miss_percent", "ns_per_load", "ns_per_load_max", "raw_ns_per_load", "ratio"],
      list: "rows", rows: 2, facts: ["loads", "rounds"]),
    Case(
      words: ["vmalloc", "--pages", "1,4", "--rounds", "1"],
      row: [
        "pages", "ns_per_pair", "ns_per_pair_min", "ns_per_pair_max", "peer_ns_per_pair", "ratio",
      ],
      list: "sizes", rows: 2),
    Case(
      words: ["stack", "--runs", "3", "--rounds", "2"],
      row: [
        "policy", "faults", "ns_per_fault", "ns_per_fault_max", "file_ns_per_fault",
        "anonymous_ns_per_fault", "ratio",
      ],
      list: "rows", rows: 2, facts: ["runs", "rounds"]),
    Case(
      words: ["vmallocinfo", "--areas", "500", "--rounds", "2"],
      row: ["rows_per_s", "rows_per_s_min", "rows_per_s_max", "peer_rows_per_s", "ratio"],
      facts: ["areas", "bytes", "rounds"]),
    Case(
      words: ["growth", "--counts", "16,64", "--rounds", "1"],
      row: [
        "kind", "count", "ns_per_object", "ns_per_object_min", "ns_per_object_max", "ratio",
        "exponent",
      ],
      list: "rows", rows: 20, facts: ["rounds"]),
    Case(
      words: ["arena", "--pages", "64", "--rounds", "2"], row: arenaRow,
      list: "rows", rows: 4, facts: ["pages", "rounds", "peer"]),
    Case(
      words: ["arena", "--pages", "70", "--rounds", "1", "--memfd"], row: arenaRow,
      list: "rows", rows: 4, facts: ["pages", "rounds", "peer"]),
    Case(
      words: ["kcore", "--mib", "4", "--rounds", "1"],
      row: [
        "case", "memory", "used", "rounds", "mib_per_s", "mib_per_s_min", "mib_per_s_max", "peer",
        "peer_mib_per_s", "ratio",
      ],
      list: "cases", rows: 2),
    Case(
      words: ["dump", "--areas", "50", "--rounds", "1"],
      row: ["us", "us_min", "us_max", "peer_us", "ratio"],
      facts: ["areas", "memory", "bytes", "disk", "rounds", "peer"]),
  ]

  static let arenaRow = [
    "work", "batch", "ns_per_page", "ns_per_page_min", "ns_per_page_max", "peer_ns_per_page",
    "peer_ns_per_page_min", "peer_ns_per_page_max", "ratio",
  ]

  @Test(arguments: cases) func runs(_ measured: Case) throws {
    try check(measured)
  }

  /// The image has as many areas as were asked for, and one more from each command.
  @Test(arguments: [[5, 50], [3]]) func oneCommandAtATime(_ areas: [Int]) throws {
    let names = areas.map { "\($0)" }
    // Without sqlite3 there is a row less.
    let rows = areas.count + ((try? Command.run(["sqlite3", "-version"])) == nil ? 1 : 2)
    let text = try check(
      Case(
        words: ["oneshot", "--areas", names.joined(separator: ","), "--rounds", "2"],
        row: ["name", "median_us", "min_us", "max_us", "ratio"], list: "rows", rows: rows))
    for name in names.map({ "\"\($0) areas\"" }) + ["\"/bin/true\""] {
      #expect(text.contains("{\"name\":\(name),"))
    }
  }

  /// Text and JSON of the same run of work: exit 0, every name there, figures for each row.
  @discardableResult
  private func check(_ measured: Case) throws -> String {
    let folder = try TemporaryFolder()
    let program = [TestFiles.vmemctl, "bench"] + measured.words
    let place = ["kcore", "dump"].contains(measured.words[0]) ? ["--folder", folder.path] : []
    let ran = try Command.run(program + place + ["--json"])
    #expect(ran.status == 0 && ran.errorText == "", "\(ran.errorText)")
    #expect(ran.lines.count == 1)
    let line = String(ran.lines.first ?? "")
    let keys = try #require(JSONText(line)?.keys)
    let expected = ["bench"] + measured.facts + (measured.list.map { [$0] } ?? measured.row)
    #expect(Set(keys).isSuperset(of: expected), "\(keys)")
    #expect(line.hasPrefix("{\"bench\":\"\(measured.words[0])\","))
    for key in measured.row {
      #expect(line.split(separator: "\"\(key)\":").count == measured.rows + 1, "\(key)")
    }
    let text = try Command.run(program + place)
    #expect(text.status == 0 && text.errorText == "", "\(text.errorText)")
    let titles = Set(text.lines.dropFirst().first?.split(separator: " ") ?? [])
    #expect(titles.isSuperset(of: ["min..max", "ratio"]))
    #expect(text.lines.count >= measured.rows + 2)
    #expect(folder.files.isEmpty)
    return line
  }

  /// Help and the article name every kind; `--kinds` chooses some.
  @Test func theKindsThatGrow() throws {
    let kinds = [
      "areas", "pages", "files", "buffers", "spaces", "arenas", "stacks", "names", "history",
      "undo",
    ]
    let help = try Command.vmemctl("bench", "growth", "--help")
    #expect(help.outputText.contains(kinds.joined(separator: ",")), "\(help.outputText)")
    let run = try Command.vmemctl(
      "bench", "growth", "--counts", "8", "--rounds", "1", "--kinds", "undo,names")
    #expect(run.status == 0, "\(run.errorText)")
    #expect(run.lines.dropFirst(2).map { $0.prefix(5) } == ["names", "undo "])
  }

  /// The benchmark in which no time plays a part: the addresses are those of the generator.
  @Test func theAddressesDependOnTheOptionsAlone() throws {
    let runs = try [["1"], ["1"], ["2"]].map { seed in
      try Command.run(
        [
          TestFiles.vmemctl, "bench", "areas", "50", "--pairs", "200", "--warm", "50", "--reps",
          "2",
          "--json", "--seed",
        ] + seed)
    }
    let hashes = runs.map { $0.outputText.split(separator: ",").first { $0.contains("addr_hash") } }
    #expect(hashes[0] == "\"addr_hash\":\"13e853ebabaf56b5\"")
    #expect(hashes[1] == hashes[0])
    #expect(hashes[2] != hashes[0])
  }

  @Test func theScriptIsPrintedToBeTimedFromOutside() throws {
    let printed = try Command.vmemctl("bench", "script", "--lines", "5", "--print")
    #expect(printed.status == 0)
    #expect(printed.lines.count == 5)
    let ran = try Command.vmemctl("run", "-", input: printed.outputText)
    #expect(ran.status == 0 && ran.lines.count == 5)
  }

  @Test(arguments: [
    ["boot", "--rounds", "0"], ["boot", "--memory", "5X"], ["script", "--lines", "1"],
    ["script", "--rounds", "0"], ["areas"], ["areas", "0"], ["areas", "10", "--reps", "0"],
    ["areas", "10", "--seed", "0"], ["areas", "10", "--pattern", "any"], ["map", "--pages", "0"],
    ["map", "--rounds", "0"], ["access", "--pages", "64,0"], ["access", "--pages", "x"],
    ["access", "--loads", "0"], ["access", "--rounds", "0"], ["vmalloc", "--pages", "0"],
    ["vmalloc", "--rounds", "0"], ["stack", "--runs", "0"], ["stack", "--rounds", "0"],
    ["vmallocinfo", "--areas", "0"], ["vmallocinfo", "--rounds", "0"], ["arena", "--pages", "0"],
    ["arena", "--pages", "262145"], ["arena", "--rounds", "0"], ["kcore", "--rounds", "0"],
    ["kcore", "--mib", "0"], ["dump", "--areas", "0"], ["dump", "--areas", "100001"],
    ["oneshot", "--areas", "0"], ["oneshot", "--rounds", "0"], ["growth", "--counts", "0"],
    ["growth", "--counts", "10000001"], ["growth", "--counts", "20,10"],
    ["growth", "--counts", "10,10"], ["growth", "--rounds", "0"], ["growth", "--rounds", "1001"],
    ["growth", "--kinds", "areas,threads"], ["growth", "--kinds", ""],
  ])
  func whatCannotBeMeasuredIsAMisuse(_ words: [String]) throws {
    let run = try Command.run([TestFiles.vmemctl, "bench"] + words)
    #expect(run.status == 64)
    #expect(run.outputText == "" && run.errorText != "")
  }

  @Test func aFolderThatIsNotThereCannotTakeADump() throws {
    let run = try Command.vmemctl("bench", "kcore", "--folder", "/nonexistent", "--rounds", "1")
    #expect(run.status == 73)
    #expect(run.errorText.contains("/nonexistent"))
  }
}
