import TestSupport
import Testing
import VMem
import VMemScript

/// `fit` says what get_vm_area does next.
@Suite struct FitTests {
  /// Areas of all sizes come and go, by several CPUs, and what waits is purged now and then. Before each
  /// get_vm_area stands the same question as `fit`.
  private static func script(_ seed: UInt64, _ boot: String) -> String {
    var generator = SeededGenerator(seed: seed)
    var lines = [boot]
    var live: [String] = []
    var made = 0
    for _ in 0..<Scale.operations(120, long: 1500) {
      switch generator.index(12) {
      case 0: lines.append("@vm_unmap_aliases")
      case 1: lines.append("@cpu \(generator.index(4))")
      case 2: lines.append("@" + generator.pick(["drain_vmap_work", "shrink_vmap_node"]))
      case 3...6 where !live.isEmpty:
        lines.append("@free_vm_area \(live.remove(at: generator.index(live.count)))")
      default:
        let size = generator.pick(["1", "4K", "12K", "64K", "300K", "2M", "17M"])
        let align = generator.pick(["", "", " --align 8K", " --align 64K", " --align 2M"])
        let flags = generator.pick(["", "", " --flags ioremap", " --flags no_guard"])
        let request = "\(size)\(align)\(flags)"
        lines += ["fit \(request)", "a\(made) = get_vm_area \(request)"]
        live.append("a\(made)")
        made += 1
      }
    }
    return lines.joined(separator: "\n") + "\ncheck\n"
  }

  @Test(arguments: KernelVersion.released, [1, 4])
  func isWhatComesNext(_ kernel: KernelVersion, _ cpus: Int) {
    for seed in 0..<UInt64(Scale.operations(2, long: 40)) {
      let boot = "boot --memory 64M --cpus 4 --kernel \(kernel.text) --seed \(cpus)"
      let result = run(Self.script(seed * 8 + UInt64(cpus), boot))
      #expect(result.exit == .success, "\(result.messages)")
      let answers = result.lines.filter { $0.hasPrefix("0xffff") }
      #expect(answers.count > 20 && answers.count % 2 == 0)
      for at in stride(from: 0, to: answers.count - 1, by: 2) {
        #expect(answers[at] == answers[at + 1], "answer \(at), seed \(seed)")
      }
    }
  }

  /// In a small range requests fail, are purged for, or meet the end; both answer alike.
  @Test(arguments: KernelVersion.released)
  func inASmallRange(_ kernel: KernelVersion) {
    var generator = SeededGenerator(seed: 7)
    var lines = ["boot --memory 64M --cpus 2 --kernel \(kernel.text)"]
    var live: [String] = []
    for number in 0..<Scale.operations(200, long: 2000) {
      if !live.isEmpty, generator.once(in: 2) {
        lines.append("@free_vm_area \(live.remove(at: generator.index(live.count)))")
      }
      let size = generator.pick(["4K", "8K", "28K", "60K"])
      let align = generator.pick(["", " --align 16K", " --align 64K"])
      let request = "\(size)\(align) --range 0xffffc90000010000..0xffffc90000090000"
      lines += ["fit \(request)", "a\(number) = get_vm_area \(request)"]
      live.append("a\(number)")
    }
    let result = run(lines.joined(separator: "\n")) { $0.keepGoing = true }
    let answers = result.lines.filter { $0.hasPrefix("0xffff") || $0 == "NULL" }
    #expect(answers.contains("NULL") && answers.contains { $0 != "NULL" })
    for at in stride(from: 0, to: answers.count - 1, by: 2) {
      #expect(answers[at] == answers[at + 1], "answer \(at)")
    }
  }

  @Test func changesNothing() {
    let script = """
      a = get_vm_area 64K
      b = get_vm_area 64K
      c = get_vm_area 64K
      free_vm_area b
      info --hash
      fit 4K
      fit 64K --align 64K
      @expect NULL fit 64T
      @expect NULL fit 128K --range a..c
      @holes --purged
      @totals
      info --hash

      """
    let result = run(script)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.filter { $0.hasPrefix("hash: ") }.count == 2)
    #expect(Set(result.lines.filter { $0.hasPrefix("hash: ") }).count == 1)
  }

  /// A purge makes room that the allocator finds by itself.
  @Test func purgesAsTheKernelDoes() {
    let result = run(
      """
      a = get_vm_area 60K --range 0xffffc90000000000..0xffffc90000010000
      free_vm_area a
      holes --range 0xffffc90000000000..0xffffc90000010000
      fit 60K --range 0xffffc90000000000..0xffffc90000010000

      """)
    #expect(result.exit == .success)
    #expect(result.lines == ["0xffffc90000000000", "0", "0xffffc90000000000"])
  }

  private static let full = """
    @a = get_vm_area 60K --range 0xffffc90000000000..0xffffc90000050000
    @b = get_vm_area 28K --range 0xffffc90000000000..0xffffc90000050000 --caller load_module+0x1/0x2
    @c = get_vm_area 60K --range 0xffffc90000000000..0xffffc90000050000
    @d = get_vm_area 60K --range 0xffffc90000000000..0xffffc90000050000
    @free_vm_area a
    @free_vm_area c

    """

  @Test func saysWhatStandsInTheWay() {
    let range = "--range 0xffffc90000000000..0xffffc90000038000"
    let result = run(Self.full + "fit 124K \(range)\nholes")
    #expect(result.exit == .unexpectedError)
    #expect(result.output == "NULL\n")
    #expect(
      result.messages
        == """
        vmemctl: t.vmem:7: fit: NULL: no hole of 0x20000 bytes (guard page included) in 0xffffc90000000000..0xffffc90000038000
          the largest hole: none
          after a purge of everything, the largest hole: 0xffffc90000000000-0xffffc90000010000, 64 KiB
          between the largest neighbouring holes, 64 KiB and 64 KiB, stands 0xffffc90000010000-0xffffc90000018000 b vmap load_module+0x1/0x2; without it 160 KiB, which is enough

        """.replacing("b vmap", with: "b area"))
  }

  @Test func misaligned() {
    let result = run(
      Self.full + "fit 40K --align 128K --range 0xffffc90000018000..0xffffc90000028000")
    #expect(result.output == "NULL\n")
    #expect(result.messages.contains("1 large enough, but with no place at the alignment"))
  }

  @Test func asJSON() {
    let range = "--range 0xffffc90000000000..0xffffc90000038000"
    let result = run(Self.full + "fit 124K \(range)") { $0.json = true }
    let last = result.lines.last ?? ""
    #expect(JSONText.isObject(last))
    for part in [
      "\"result\":\"NULL\"", "\"fit\":{\"size\":131072,\"align\":1,", "\"enough\":true",
      "\"name\":\"b\",\"caller\":\"load_module+0x1/0x2\"",
    ] { #expect(last.contains(part), "\(part)") }
  }

  /// Refusals are those of the call.
  @Test(arguments: ["0", "4K --align 3", "-1", "4K --range 8K..4K", "4K --range 4K..4K"])
  func refusals(_ request: String) {
    let fit = run("expect NULL fit \(request)")
    let call = run("expect NULL get_vm_area \(request)")
    #expect(fit.output == call.output && fit.exit == call.exit)
    let told = run("fit \(request)").messages.split(separator: "\n").first ?? ""
    let other = run("get_vm_area \(request)").messages.split(separator: "\n").first ?? ""
    #expect(told.replacing("fit:", with: "get_vm_area:") == other)
  }
}
