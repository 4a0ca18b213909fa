import TestSupport
import Testing

@testable import VMemViews

/// Metrics are of the text format 0.0.4, and named as its readers want it.
@Suite struct MetricsTests {
  @Test func ofFiles() throws {
    for name in ["ubuntu", "arm32"] {
      let file = try FileSpaceTests.file(name)
      let space = try AddressSpace(file)
      let metrics = try Metrics(Views.holeMetrics(space))
      #expect(metrics.value("vmalloc_holes") == Double(space.holes.count))
      #expect(metrics.value("vmalloc_free_bytes") == Double(space.holes.bytes))
      #expect(metrics.value("vmalloc_largest_hole_bytes") == Double(space.holes.largest))
      #expect(metrics.value("vmalloc_window_bytes") == Double(space.size.bytes))
      let ratio = try #require(metrics.value("vmalloc_fragmentation_ratio"))
      #expect((0...1).contains(ratio))
      for key in AddressTotals.Key.allCases where key != .node {
        let totals = AddressTotals(space, by: key, windows: [.init("vmalloc", file.window)])
        let metrics = try Metrics(Views.metrics(totals))
        // Holes are no areas, and what waits for a purge is counted apart.
        let areas = totals.rows.filter { !["hole", "unpurged"].contains($0.name) }
        #expect(areas.count < totals.rows.count || name == "arm32" && key != .kind)
        #expect(metrics.count("vmalloc_areas") == areas.count)
        #expect(metrics.sum("vmalloc_area_bytes") == Double(areas.reduce(0) { $0 + $1.bytes }))
        let waiting = totals.rows.first { $0.name == "unpurged" }
        #expect(
          metrics.value("vmalloc_unpurged_areas")
            == (key == .kind ? Double(waiting?.count ?? 0) : nil))
      }
    }
    _ = try Metrics(Views.holeMetrics(AddressChains(try FileSpaceTests.file("coreos.hashed"))))
  }

  /// Labels say what they say, whatever that is.
  @Test(arguments: ["a\"b\\c+0x1/0x2", "\\", "\"\"", "x+0x1/0x2 [m\\n]"])
  func labels(_ caller: String) throws {
    let row = "0xffffc90000000000-0xffffc90000005000   20480 \(caller) pages=4 vmalloc N0=4\n"
    let file = try VmallocinfoFile(name: "rows", bytes: Array(row.utf8))
    let space = try AddressSpace(file)
    let totals = AddressTotals(space, by: .caller, windows: [.init("vmalloc", file.window)])
    let metrics = try Metrics(Views.metrics(totals))
    #expect(
      metrics.labels("vmalloc_allocated_bytes") == [
        ["window": "vmalloc", "caller": file.text(file.rows[0].caller)]
      ])
    #expect(metrics.value("vmalloc_allocated_bytes") == 16384)
  }

  /// Each window has samples with its own label.
  @Test func windows() throws {
    let file = try FileSpaceTests.file("ubuntu")
    let space = try AddressSpace(file, in: (0, 0))
    let totals = AddressTotals(space, by: .kind, windows: file.windowsOfTotals)
    let metrics = try Metrics(Views.metrics(totals))
    #expect(Set(metrics.labels("vmalloc_areas").map { $0["window"] }) == ["vmalloc", "modules"])
    #expect(metrics.sum("vmalloc_areas") + metrics.sum("vmalloc_unpurged_areas") == 1362)
    #expect(metrics.count("vmalloc_unpurged_areas") == 2)
  }

  /// Whether an area fits is 1 or 0, and no sample where nobody knows.
  @Test func fit() throws {
    let space = try AddressSpace(FileSpaceTests.file("ubuntu"))
    let extent = Extent(size: 20480, align: 1)
    for fits in [true, false, nil] {
      let bytes = Views.fitMetrics(extent, asked: 16384, fits: fits, in: space)
      let metrics = try Metrics(bytes)
      #expect(metrics.value("vmalloc_fit") == fits.map { $0 ? 1 : 0 })
      #expect(metrics.value("vmalloc_largest_hole_bytes") == Double(space.holes.largest))
      #expect(
        fits == nil
          || metrics.labels("vmalloc_fit") == [
            ["window": "vmalloc", "size": "16384", "align": "1"]
          ])
    }
    let chains = AddressChains(try FileSpaceTests.file("coreos.hashed"))
    let least = try Metrics(Views.fitMetrics(extent, asked: 16384, in: chains))
    #expect(least.value("vmalloc_fit") == 1)
    let most = Extent(size: 32 << 40, align: 1)
    let unknown = try Metrics(Views.fitMetrics(most, asked: 32 << 40, in: chains))
    #expect(unknown.count("vmalloc_fit") == 0)
    #expect(unknown.count("vmalloc_largest_hole_bytes_min") == 1)
  }

  @Test(arguments: [
    "a 1", "# TYPE a gauge\na 1\n", "# HELP a x\n# TYPE a gauge\na{b=c} 1\n",
    "# HELP a x\n# TYPE a gauge\na 1\na 1\n", "# HELP a x\n# TYPE a gauge\na one\n",
    "# HELP a x\n# TYPE a gauge\na{b=\"c\"d\"} 1\n", "# HELP a x\n# TYPE a gauge\n0a 1\n",
    "# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\n# TYPE b gauge\nb 1\na{c=\"d\"} 1\n",
  ])
  func theReaderIsStrict(_ text: String) {
    #expect(throws: Metrics.Fault.self) { try Metrics(Array(text.utf8)) }
  }
}

/// Reads the format strictly: HELP and TYPE before samples, families together, no sample twice.
struct Metrics {
  struct Fault: Error {}
  struct Sample {
    let family: String
    let labels: [String: String]
    let value: Double
  }

  private(set) var samples: [Sample] = []

  init(_ bytes: [UInt8]) throws {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
      throw Fault()
    }
    var (family, helped, seen): (String, String, Set<String>) = ("", "", [])
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("# HELP ") {
        let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
        guard words.count == 2, Self.isName(words[0]), seen.insert("\(words[0])").inserted
        else { throw Fault() }
        helped = String(words[0])
      } else if line.hasPrefix("# TYPE ") {
        guard line.dropFirst(7) == "\(helped) gauge", family != helped else { throw Fault() }
        family = helped
      } else {
        let sample = try Self.sample(line)
        guard sample.family == family, family == helped,
          !samples.contains(where: { $0.family == family && $0.labels == sample.labels })
        else { throw Fault() }
        samples.append(sample)
      }
    }
    // Base units, and no unit that stands for a part of another.
    for name in seen
    where !["_bytes", "_ratio", "_holes", "_areas", "_min", "_fit"].contains(where: name.hasSuffix)
    {
      throw Fault()
    }
  }

  private static func isName(_ word: Substring) -> Bool {
    guard let first = word.first, first.isLetter || first == "_" else { return false }
    return word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  private static func sample(_ line: Substring) throws -> Sample {
    var rest = line
    let name = rest.prefix { $0 != "{" && $0 != " " }
    guard isName(name) else { throw Fault() }
    rest = rest.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      repeat {
        rest = rest.dropFirst()
        let label = rest.prefix { $0 != "=" }
        rest = rest.dropFirst(label.count + 1)
        guard isName(label), rest.first == "\"", labels[String(label)] == nil else { throw Fault() }
        rest = rest.dropFirst()
        labels[String(label)] = try value(&rest)
      } while rest.first == ","
      guard rest.first == "}" else { throw Fault() }
      rest = rest.dropFirst()
    }
    guard rest.first == " ", let value = Double(rest.dropFirst()) else { throw Fault() }
    return Sample(family: String(name), labels: labels, value: value)
  }

  /// Up to the quotation mark that ends it.
  private static func value(_ rest: inout Substring) throws -> String {
    var value = ""
    while let character = rest.popFirst(), character != "\"" {
      guard character == "\\" else {
        value.append(character)
        continue
      }
      switch rest.popFirst() {
      case "\\": value.append("\\")
      case "\"": value.append("\"")
      case "n": value.append("\n")
      default: throw Fault()
      }
    }
    return value
  }

  func value(_ family: String) -> Double? { samples.first { $0.family == family }?.value }
  func count(_ family: String) -> Int { samples.count { $0.family == family } }
  func sum(_ family: String) -> Double {
    samples.filter { $0.family == family }.reduce(0) { $0 + $1.value }
  }
  func labels(_ family: String) -> [[String: String]] {
    samples.filter { $0.family == family }.map(\.labels)
  }
}
