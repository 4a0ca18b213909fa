import Testing
import VMemScript

/// Scenarios recorded on Debian's kernels 6.12 to 7.3: every answer and view is the kernel's.
@Suite struct NewerScenarioTests {
  static let names = [
    "kernel-6.12.117/n6_vm_map_ram", "kernel-6.12.117/n9_pools",
    "kernel-6.12.117/n23_pool_decay", "kernel-6.18.15/n19_kcore", "kernel-7.0.13/n13_context",
    "kernel-7.2.12/n3_vrealloc", "kernel-7.3.4/n2_vmalloc", "kernel-7.3.4/n3_vrealloc",
    "kernel-7.3.4/x14_unmap_ram_partly",
  ]

  /// Lines whose answers cannot be equal.
  static let exceptions: [String: Set<Int>] = [
    // The code of a module, which the recording does not have.
    "kernel-6.18.15/n19_kcore": [33],
    // Frame numbers of pages that have no name, and areas of kvmalloc, for which there is no verb.
    "kernel-7.3.4/n2_vmalloc": [54, 55, 76, 78],
  ]

  @Test(arguments: names)
  func everyAnswerIsTheKernels(_ name: String) throws {
    let (compared, different, exit) = try RecordedScenario(name).differences()
    #expect(compared > 5)
    let allowed = Self.exceptions[name] ?? []
    for one in different.filter({ !allowed.contains($0.line) }).prefix(5) {
      Issue.record("\(name):\(one.line) \(one.operation)\nours \(one.ours)\nkernel \(one.kernel)")
    }
    // An exception that is none any more must go.
    #expect(Set(different.map(\.line)).isSuperset(of: allowed))
    #expect(exit.rawValue <= 3)
  }
}
