import Testing
import VMem

@testable import VMemScript

/// Tasks: who runs where, and what messages say of it.
@Suite struct TaskTests {
  private func run(_ script: String) -> (lines: [Substring], exit: ExitCode, messages: String) {
    var interpreter = Interpreter(
      machine: try! Machine(Configuration()), options: Options(), output: nil, messages: nil)
    _ = interpreter.run(ScriptSource(name: "t", bytes: Array(script.utf8)))
    let exit = interpreter.finish()
    return (
      interpreter.takeOutput().split(separator: "\n"), exit, interpreter.takeMessages()
    )
  }

  @Test func messagesNameTheTask() {
    let ran = run(
      """
      boot --cpus 2
      task writer
      context atomic
      expect warn vm_unmap_aliases
      context process
      expect warn vfree 0x1000
      cpu 1
      context atomic
      expect warn vm_unmap_aliases
      context process
      dmesg
      check
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.contains { $0.hasSuffix("non_block: 0, pid: 2, name: writer") })
    #expect(ran.lines.contains { $0.contains("WARNING: CPU: 0 PID: 2 at") })
    #expect(ran.lines.contains { $0.hasSuffix("non_block: 0, pid: 1, name: vmemctl") })
  }

  @Test func aTaskRunsOnOneCPU() {
    let ran = run(
      """
      boot --cpus 2
      task a
      info
      cpu 1
      expect EBUSY task a
      task b
      cpu 0
      task vmemctl
      cpu 1
      task a
      info
      check
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.filter { $0 == "task: a, pid 2" }.count == 2)
  }

  @Test func limits() {
    let names = (1...32).map { "task t\($0)\n" }.joined()
    #expect(run(names + "expect EAGAIN task t33\ntask t7\ncheck\n").exit == .success)
    #expect(run("task abcdefghijklmno\n").exit == .success)
    #expect(run("expect EINVAL task abcdefghijklmnop\n").exit == .success)
    #expect(run("expect EINVAL task ''\n").exit == .success)
    #expect(run("task\n").exit == .badScript)
  }

  /// Whoever is interrupted does not end in the interrupt, least of all in the middle of a call.
  @Test(arguments: ["", "step 0 vm_unmap_aliases\n"])
  func exitInAnInterrupt(_ before: String) {
    let result = run(
      "boot --cpus 2\nv = vmalloc 4K\nvfree v\ntask t1\n\(before)"
        + "context irq\nexpect bug do_exit\ncontext process\ncheck\n")
    #expect(result.exit == .success, "\(result.messages)")
  }
}
