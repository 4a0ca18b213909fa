import Testing

@testable import VMemBench

@Suite struct ReportTests {
  private static let ours = Series.nanoseconds("ns_per_page", Timings([30, 10, 20]), each: 10)
  private static let peer = Series.nanoseconds("peer_ns_per_page", Timings([800]), each: 40)

  private static func row(_ name: String) -> Report.Row {
    Report.Row(
      labels: [.init("case", name)], series: [ours, peer],
      ratio: Ratio(ours, timesAsLongAs: peer), remainder: [.init("faults", 7)])
  }

  private static let figures =
    "\"ns_per_page\":2.000,\"ns_per_page_min\":1.000,\"ns_per_page_max\":3.000"
    + ",\"peer_ns_per_page\":20.000,\"peer_ns_per_page_min\":20.000"
    + ",\"peer_ns_per_page_max\":20.000,\"ratio\":0.100,\"faults\":7"

  @Test func theOnlyRowStandsBesideTheFacts() {
    let report = Report(facts: [.init("pages", 10)], rows: [Self.row("a")])
    #expect(
      report.json(of: "map")
        == "{\"bench\":\"map\",\"pages\":10,\"case\":\"a\",\(Self.figures)}\n")
  }

  @Test func rowsOfAListAreObjects() {
    let report = Report(list: "rows", rows: [Self.row("a"), Self.row("b")])
    #expect(
      report.json(of: "map")
        == "{\"bench\":\"map\",\"rows\":[{\"case\":\"a\",\(Self.figures)}"
        + ",{\"case\":\"b\",\(Self.figures)}]}\n")
  }

  @Test func textIsATable() {
    let report = Report(
      facts: [.init("pages", 10), .init("peer", "memfd")], list: "rows",
      rows: [Self.row("a"), Self.row("longer")], remarks: ["a remark"])
    #expect(
      report.text(of: "map") == """
        map: pages 10, peer memfd
        case    ns_per_page      min..max  peer_ns_per_page        min..max  ratio  faults
        a             2.000  1.000..3.000            20.000  20.000..20.000  0.100       7
        longer        2.000  1.000..3.000            20.000  20.000..20.000  0.100       7
        a remark

        """)
  }

  /// What takes longest has the lowest rate.
  @Test func ratesHaveTheirSpreadTheOtherWayRound() {
    let rate = Series.rate("mib_per_s", Timings([1000, 4000, 2000]), pieces: 2048, unit: 1024)
    #expect(rate.figures.map(\.name) == ["mib_per_s", "mib_per_s_min", "mib_per_s_max"])
    #expect(rate.figures.map(\.text) == ["1000000", "500000", "2000000"])
    let whole = Series.microseconds(Timings([1500]))
    #expect(whole.figures.map(\.name) == ["median_us", "min_us", "max_us"])
    #expect(whole.figures.map(\.text) == ["1.500", "1.500", "1.500"])
  }

  @Test(
    arguments: [
      ([300], 1, [100], 1, "3.000"), ([100], 1, [300], 1, "0.333"), ([10], 1, [100], 1, "0.100"),
      ([9], 1, [100], 1, "0.090000"), ([1], 1, [2500], 1, "0.000400"),
      ([100], 10, [100], 5, "0.500"),
      ([100], 1, [0], 1, "100.000"),
    ] as [([UInt64], Int, [UInt64], Int, String)])
  func timesAsLong(
    _ ours: [UInt64], _ pieces: Int, _ peer: [UInt64], _ peerPieces: Int, _ text: String
  ) {
    let series = Series.nanoseconds("a", Timings(ours), each: pieces)
    let other = Series.nanoseconds("b", Timings(peer), each: peerPieces)
    #expect(Ratio(series, timesAsLongAs: other).text == text)
  }

  @Test func timesAsFast() {
    let ratio = Ratio(Self.ours, timesAsFastAs: Self.peer)
    #expect(ratio.text == "10.000" && ratio.whole == 10)
  }
}
