import TestSupport
import Testing

@testable import VMem

/// Operations recorded from the kernel's own vmalloc code: every answer must be equal.
struct AreasTruthTests {
  static func number(_ text: Substring) -> UInt64 {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16)! : UInt64(text)!
  }

  @Test(arguments: ["a1", "a4", "c1", "c4", "e1", "e4", "edges4", "f1", "f4", "mixall4"])
  func everyAnswerIsTheKernels(_ name: String) throws {
    let operations = try Fixture.lines("areas/\(name).ops")
    var expected = try Fixture.lines("areas/\(name).expected")[...]
    var configuration = Configuration()
    configuration.kernel = .v7_0
    configuration.switches = KernelVersion.v7_0.switches
    let header = try required(operations.first)
    if let cpus = header.split(separator: " ").first(where: { $0.hasPrefix("cpus=") }) {
      configuration.cpus = Int(cpus.dropFirst(5))!
    }
    let machine = try Machine(configuration)
    let pages = try machine.allocatePages(count: 600)
    var recorder = Recorder(pages: (0..<600).map { UInt64(machine.pageSets.page($0, of: pages)!) })
    for (number, line) in operations.enumerated() {
      let words = line.split(separator: " ")
      guard let verb = words.first, !line.hasPrefix("#") else { continue }
      if verb == "dump" || verb == "sum" {
        let ours = verb == "sum" ? [StateSum(machine).line] : StateDump.lines(machine)
        for text in ours {
          let wanted = expected.popFirst()
          #expect(text == wanted, "\(name) line \(number + 1): \(line)")
          if text != wanted { return }
        }
        continue
      }
      let answer = recorder.perform(words, on: machine)
      let wanted = expected.popFirst() ?? "(nothing)"
      let same = answer == wanted || (isFailure(answer) && isFailure(wanted))
      #expect(same, "\(name) line \(number + 1): \(line): \(answer), kernel \(wanted)")
      if !same { return }
    }
    #expect(expected.isEmpty)
    let violations = machine.check()
    #expect(violations.isEmpty, "\(violations)")
  }

  func isFailure(_ answer: String) -> Bool { answer == "NULL" || answer.hasPrefix("-E") }
}

/// Performs recorded operations and knows which names hold what.
struct Recorder {
  enum Holding {
    case area, reset, group
    case ram(UInt64)
  }

  let pages: [UInt64]
  var held: [Substring: (address: UInt64, what: Holding)] = [:]

  init(pages: [UInt64]) { self.pages = pages }

  mutating func perform(_ words: [Substring], on machine: borrowing Machine) -> String {
    do throws(Refusal) {
      return try machine.perform { () throws(Refusal) in try answer(words, machine) }
    } catch {
      if case .errno(let errno) = error.outcome { return "-\(errno.name)" }
      return error.outcome == .null ? "NULL" : "\(error)"
    }
  }

  private mutating func answer(
    _ words: [Substring], _ machine: borrowing Machine
  ) throws(Refusal) -> String {
    var options: [Substring: Substring] = [:]
    for word in words.dropFirst(2) {
      let parts = word.split(separator: "=")
      if parts.count == 2 { options[parts[0]] = parts[1] }
    }
    switch words[0] {
    case "alloc":
      if held[words[1]] != nil { return "-EEXIST" }
      var flags: VMFlags = []
      var what = Holding.area
      for flag in options["flags"]?.split(separator: ",") ?? [] {
        switch flag {
        case "ioremap": flags.insert(.ioremap)
        case "noguard": flags.insert(.noGuard)
        case "sparse": flags.insert(.sparse)
        default:
          flags.insert(.flushResetPerms)
          what = .reset
        }
      }
      let address = try machine.vmAreas.getVMArea(
        size: AreasTruthTests.number(words[2]), flags: flags,
        align: options["align"].map(AreasTruthTests.number) ?? 1,
        start: options["start"].map(AreasTruthTests.number),
        end: options["end"].map(AreasTruthTests.number),
        shift: options["shift"].map(AreasTruthTests.number) ?? 12)
      return hold(words[1], address, what)
    case "map_ram":
      if held[words[1]] != nil { return "-EEXIST" }
      let count = AreasTruthTests.number(words[2])
      return hold(words[1], try machine.mappings.vmMapRAM(Array(pages[..<Int(count)])), .ram(count))
    case "pcpu":
      if held[words[1]] != nil { return "-EEXIST" }
      let members = words.dropFirst(3).map { word in
        let parts = word.split(separator: ":").map(AreasTruthTests.number)
        return (offset: parts[0], size: parts[1])
      }
      let align = AreasTruthTests.number(words[2].dropFirst(6))
      return hold(words[1], try machine.percpu.getPerCPUAreas(align: align, members), .group)
    case "free", "unmap_ram":
      guard let (address, what) = held[words[1]] else { return "-ENOENT" }
      if words[0] == "unmap_ram", case .area = what {
        try machine.mappings.vmUnmapRAM(address, count: 1)
      }
      held[words[1]] = nil
      switch what {
      case .area: try machine.vmAreas.freeVMArea(address)
      case .reset: try machine.mappings.vfree(address)
      case .group: try machine.percpu.freePerCPUAreas(address)
      case .ram(let count): try machine.mappings.vmUnmapRAM(address, count: count)
      }
    case "cpu": try machine.selectCPU(AreasTruthTests.number(words[1]))
    case "purge": try machine.unmapAliases()
    case "decay": try machine.drainLazyAreas()
    case "reclaim": try machine.reclaimAreas()
    case "shrink": try machine.shrinkVmapNodes()
    default: return "unknown operation"
    }
    return "0"
  }

  private mutating func hold(_ name: Substring, _ address: UInt64, _ what: Holding) -> String {
    held[name] = (address, what)
    return "0x" + String(address, radix: 16)
  }
}
