import Testing

@Suite struct DumpBenchmarkTests {
  @Test func vmallocinfoRowsAreThoseOfSnprintf() throws {
    let run = try Command.vmemctl(
      "bench", "vmallocinfo", "--areas", "3000", "--rounds", "2", "--json")
    #expect(run.status == 0 && run.errorText == "")
    let line = try #require(run.lines.first.map(String.init))
    #expect(run.lines.count == 1 && JSONText(line) != nil)
    for key in ["rows_per_s", "peer_rows_per_s", "ratio", "bytes"] {
      #expect(line.contains("\"\(key)\":"))
    }
  }

  @Test(arguments: [
    ["vmallocinfo", "--areas", "0"], ["vmallocinfo", "--rounds", "0"], ["kcore", "--rounds", "0"],
  ])
  func whatCannotBeMeasuredIsAMisuse(_ words: [String]) throws {
    #expect(try Command.run([TestFiles.vmemctl, "bench"] + words).status == 64)
  }

  @Test func aFolderThatIsNotThereCannotTakeADump() throws {
    let run = try Command.vmemctl("bench", "kcore", "--folder", "/nonexistent", "--rounds", "1")
    #expect(run.status == 73)
    #expect(run.errorText.contains("/nonexistent"))
  }
}
