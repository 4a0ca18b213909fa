import Glibc
import TestSupport
import Testing
import VMem
import VMemScript

/// What vmallocinfo prints of a random machine makes the same machine, as far as rows can tell; and
/// damaged files are refused or imported, and leave a sound machine.
@Suite struct ImportModelTests {
  /// A machine's lines: areas of all kinds made and freed.
  private func lines(_ generator: inout SeededGenerator, count: Int) -> [String] {
    var lines: [String] = []
    var names: [String] = []
    for number in 0..<count {
      let size = "\(1 + generator.below(generator.once(in: 8) ? 700 : 20))p"
      switch generator.index(10) {
      case 0...2:
        let kind = generator.pick(["", " --flags map", " --flags alloc", " --flags ioremap"])
        lines.append("a\(number) = get_vm_area \(size)\(kind)")
        names.append("a\(number)")
      case 3, 4:
        lines.append("a\(number) = vmalloc \(size)")
        names.append("a\(number)")
      case 5:
        lines.append("a\(number) = ioremap 0x\(String(0xe000 + number, radix: 16))00000 \(size)")
      case 6:
        lines.append("a\(number) = pcpu_get_vm_areas --align 4K 0:\(size)")
      case 7, 8:
        guard !names.isEmpty else { continue }
        lines.append("vfree \(names.remove(at: generator.index(names.count)))")
      default:
        if generator.once(in: 4) { lines.append("vm_unmap_aliases") }
      }
    }
    return lines
  }

  /// The state, without the shape of the free tree, which no row tells.
  private func state(_ lines: [String]) -> [String] {
    lines.map { line in
      guard let shape = line.firstRange(of: " shape=") else { return line }
      return String(line[..<shape.lowerBound])
    }
  }

  @Test(arguments: ["6.1", "6.6", "6.12", "6.18", "7.3"])
  func theSameMachine(_ kernel: String) throws {
    var generator = SeededGenerator(seed: 6_18)
    for _ in 0..<Scale.operations(6, long: 200) {
      let made = lines(&generator, count: 20 + generator.index(200)).joined(separator: "\n")
      let boot = "boot --kernel \(kernel)\n@keep = get_vm_area 4K\n"
      let rows = run(boot + made + "\nvmallocinfo\n").lines.filter {
        $0.hasPrefix("0x") && $0.contains("-0x")
      }
      let next = (0..<6).map { _ in "get_vm_area \(1 + generator.below(60))p" }
        .joined(separator: "\n")
      let tail = "vmap_state\nvmap_state --sum\n\(next)\nvm_unmap_aliases\n\(next)\nvmap_state\n"
      let original = run(boot + made + "\necho begin\n" + tail)
      let copy = try ImportTests.imported(
        rows.joined(separator: "\n") + "\n", "--kernel \(kernel) --cpus 1",
        then: "echo begin\n" + tail + "check")
      let expected = original.lines.drop { $0 != "begin" }
      let found = copy.lines.drop { $0 != "begin" }
      #expect(state(Array(found.dropLast())) == state(Array(expected)), "\(made)")
      #expect(found.last == "0")
    }
  }

  /// Whatever is done to a file: a message with the file's name and a line, and 65; or a sound machine.
  private func survives(_ bytes: [UInt8], _ folder: TemporaryFolder) throws {
    try folder.write(bytes, to: "rows")
    let ran = run("import_vmallocinfo \(folder.path)/rows\ncheck\n")
    switch ran.exit {
    case .success: #expect(ran.lines.last == "0")
    case .badScript:
      #expect(
        ran.messages.contains("/rows:"), "\(ran.messages)")
    default: Issue.record("\(ran.exit): \(ran.messages)")
    }
  }

  /// Views of a damaged file answer, or name a line of it.
  @Test(arguments: ["coreos.hashed", "arm32", "kernel-6.1.rows"])
  func viewsOfDamagedFiles(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try ImportTests.fixture(name).utf8)
    var generator = SeededGenerator(seed: 34)
    for round in 0..<Scale.operations(12, long: 5_000) {
      let isCut = round % 3 == 0
      let damaged =
        isCut
        ? Array(bytes[..<generator.index(bytes.count)]) : Mutation.mutated(bytes, &generator)
      try folder.write(damaged, to: "rows")
      for view in ["holes", "holes --purged", "totals --by module", "fit 64K", "map"] {
        let ran = run("\(view) --file \(folder.path)/rows\n")
        switch ran.exit {
        case .success, .unexpectedError: break
        case .badScript: #expect(ran.messages.contains("/rows:"), "\(view): \(ran.messages)")
        default: Issue.record("\(view): \(ran.exit): \(ran.messages)")
        }
      }
    }
  }

  private static let files = ["kaslr.6.18.15", "kaslr.7.2.12", "kernel-6.1.rows", "ubuntu"]

  /// Damaged files in all: `VMEMCTL_IMPORTS`, or few, or 100,000 with `VMEMCTL_LONG=1`.
  private static let mutated =
    getenv("VMEMCTL_IMPORTS").flatMap { Int(String(cString: $0)) }
    ?? Scale.operations(
      60, long: 100_000)

  @Test(arguments: files) func everyTruncation(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try ImportTests.fixture(name).utf8)
    let step = Scale.operations(bytes.count / 13 + 1, long: name == "ubuntu" ? 97 : 1)
    for end in stride(from: 0, to: bytes.count, by: step) {
      try survives(Array(bytes[..<end]), folder)
    }
  }

  @Test(arguments: files) func mutations(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try ImportTests.fixture(name).utf8)
    var generator = SeededGenerator(seed: 33)
    // The longest file takes ten times as long as the others.
    let share = Self.mutated * (name == "ubuntu" ? 1 : 13) / 40
    for _ in 0..<max(share, 3) {
      try survives(Mutation.mutated(bytes, &generator), folder)
    }
  }
}
