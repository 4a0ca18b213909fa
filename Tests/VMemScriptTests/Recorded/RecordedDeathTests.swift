import TestSupport
import Testing
import VMem
import VMemScript

/// Calls that real kernels of 6.12 to 7.3 died of, and their neighbours that they lived through: the
/// last line of each section is a BUG or a fault here exactly where the kernel's console has one.
struct RecordedDeathTests {
  struct Death: CustomTestStringConvertible {
    let title: String
    let kernel: KernelVersion
    let lines: [String]
    /// `BUG`, `fault` or `lives`.
    let end: String

    var testDescription: String { "\(title), \(kernel.text): \(end)" }
  }

  static let all: [Death] = {
    let text = (try? Fixture.text("kernels/deaths.txt")) ?? ""
    return text.split(separator: "== ").flatMap { section -> [Death] in
      let rows = section.split(separator: "\n").map(String.init)
      let lines = rows.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
      return rows.dropFirst().filter { !$0.hasPrefix("$ ") }.flatMap { row -> [Death] in
        let parts = row.split(separator: ":").map { $0.split(separator: " ").map(String.init) }
        return parts[0].compactMap(KernelVersion.init(text:)).map {
          Death(title: rows[0], kernel: $0, lines: lines, end: parts[1][0])
        }
      }
    }
  }()

  @Test func everyKernelIsRead() {
    #expect(Self.all.count == 73)
    #expect(Set(Self.all.map(\.end)) == ["BUG", "fault", "lives"])
  }

  @Test(arguments: all)
  func endsAsThatKernelDid(_ death: Death) throws {
    let boot = "boot --kernel \(death.kernel.text) --config distribution"
    let result = run(([boot] + death.lines).joined(separator: "\n")) { $0.keepGoing = true }
    let last = try #require(result.lines.last)
    // A null pointer that a kernel follows is a BUG here; where no block is, -ENOENT.
    let dies =
      last == "BUG" || last == "-EFAULT"
      || last == "-ENOENT" && death.title.hasSuffix("outside every block")
    #expect(dies == (death.end != "lives"), "\(last)\n\(result.messages)")
  }

  @Test(arguments: all.filter { $0.end != "lives" })
  func theLogSaysWhatTheConsoleSaid(_ death: Death) throws {
    let console = try RecordedConsole.lines(death.title, death.kernel)
    #expect(console.count >= 2)
    let boot = "boot --kernel \(death.kernel.text) --config distribution"
    let script = [boot] + death.lines + ["dmesg"]
    let result = run(script.joined(separator: "\n")) { $0.keepGoing = true }
    let log = result.lines.filter { $0.hasPrefix("[") }.map { String($0.dropFirst(15)) }
    #expect(RecordedConsole.reduced(log) == console, "\(log)")
  }
}
