import TestSupport
import Testing
import VMem
import VMemScript

/// `repeat`, `boot`, and what a machine keeps between runs.
@Suite struct FlowTests {
  @Test func repeats() {
    #expect(run("repeat 3 {\necho x\n}\necho y").lines == ["x", "x", "x", "y"])
    #expect(run("repeat 0 {\necho x\n}\necho y").lines == ["y"])
    #expect(run("repeat 2 { echo x\necho y }").lines == ["x", "y", "x", "y"])
    #expect(run("repeat 2 { repeat 0 { echo no }\n echo x }").lines == ["x", "x"])
    #expect(run("repeat 2 {\nrepeat 3 {\necho x\n}\n}").lines.count == 6)
    let failing = run("repeat 5 {\n  get_vm_area 0\n}\n")
    #expect(failing.lines == ["NULL"])
    #expect(failing.messages.hasPrefix("vmemctl: t.vmem:2: "))
    #expect(run("repeat 5 {\nget_vm_area 0\n}") { $0.keepGoing = true }.lines.count == 5)
  }

  @Test func nothingRunsOfARepeatWithoutEnd() {
    let result = run("echo before\nrepeat 2 {\necho x\n")
    #expect(result.lines == [])
    #expect(result.exit == .badScript)
    #expect(result.messages.hasPrefix("vmemctl: t.vmem:2: this `repeat` has no closing `}`"))
  }

  @Test func bootIsFirst() {
    #expect(run("# comment\n\nboot --memory 64M\nassert machine.total eq 16384").exit == .success)
    #expect(run("assert machine.total eq 262144").exit == .success)
    for line in ["get_vm_area 4K", "boot", "let x = 5", "echo x", "repeat 1 { sync }"] {
      let result = run("\(line)\nboot\n")
      #expect(result.exit == .badScript)
      #expect(result.messages.contains("t.vmem:2: boot: `boot` is only allowed as the first line"))
    }
  }

  /// A file that boots may be included as long as nothing else has run.
  @Test func includedFilesBoot() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("boot --memory 64M\na = get_vm_area 4K\n".utf8), to: "setup.vmem")
    try folder.write(Array("# nothing\n".utf8), to: "empty.vmem")
    try folder.write(Array("include setup.vmem\n".utf8), to: "outer.vmem")
    let path = folder.path
    for file in ["setup", "outer"] {
      let result = run(
        "include \(path)/empty.vmem\ninclude \(path)/\(file).vmem\nprint machine.total")
      #expect(result.exit == .success && result.lines.last == "16384", "\(result.messages)")
    }
    for line in ["echo x", "help vfree", "sync", "# x", "@echo x\nsync"] {
      let result = run("\(line)\ninclude \(path)/outer.vmem\nprint machine.total")
      #expect(result.exit == .success && result.lines.last == "16384", "\(result.messages)")
    }
    for line in ["get_vm_area 4K", "let x = 1", "repeat 0 { sync }", "boot", "info", "quiz walk"] {
      let result = run("\(line)\ninclude \(path)/setup.vmem\n")
      #expect(result.exit == .badScript && result.output == "")
      #expect(result.messages.contains("setup.vmem:1: boot: `boot` is only allowed as the first"))
    }
    let looped = run("repeat 1 {\ninclude \(path)/setup.vmem\n}\n")
    #expect(looped.exit == .badScript)
  }

  @Test func smallestMachine() throws {
    let refused = run("boot --memory 4K")
    #expect(refused.exit == .badScript)
    let words = refused.messages.split(separator: " ")
    let index = try #require(words.firstIndex(of: "bytes"))
    let needed = try #require(UInt64(words[index - 1]))
    #expect(run("boot --memory \(needed)\ninfo\ncheck").exit == .success)
    #expect(run("boot --memory \(needed - 4096)").exit == .badScript)
  }

  @Test func bootTakesEverySwitch() {
    for kernel in ["6.1", "6.6", "6.12", "6.18", "7.0", "7.2"] {
      #expect(run("boot --kernel \(kernel)\nget_vm_area 4K").exit == .success)
    }
    #expect(run("boot --kernel 6.1\nexpect bug get_vm_area -4096").exit == .success)
    #expect(
      run("boot --kernel 6.1 --without size_wrap_bug\nexpect NULL get_vm_area -1").exit == .success)
    #expect(run("boot --with size-wrap-bug\nexpect bug get_vm_area -4096").exit == .success)
    #expect(run("boot --levels 5\nexpect 0xffa0000000000000 get_vm_area 4K").exit == .success)
  }

  @Test func sparseAreasNeedTheirSwitch() {
    let area = "s = get_vm_area 64K --flags sparse\nP = alloc_pages 1\n"
    let calls = "vm_area_map_pages s s..s+1p P\nexpect 0 vm_area_unmap_pages s s..s+1p\n"
    for boot in ["--kernel 6.1 --with sparse", "--kernel 6.12", "--with sparse"] {
      let result = run("boot \(boot)\n\(area)expect 0 \(calls)vmallocinfo")
      #expect(result.exit == .success)
      #expect(result.output.contains(" sparse"))
    }
    for boot in ["--kernel 6.1", "--kernel 6.6", "--without sparse"] {
      let refused = "expect EOPNOTSUPP vm_area_unmap_pages s s..s+1p\n"
      let map = "expect EOPNOTSUPP vm_area_map_pages s s..s+1p P\n"
      let result = run("boot \(boot)\n\(area)\(map)\(refused)vmallocinfo")
      #expect(result.exit == .success)
      #expect(!result.output.contains(" sparse"))
      // What is mapped there by other calls is memory like any other's.
      let bytes = "vmap_pages_range s..s+1p P\nwrite s a5\nkcore --read s 1"
      #expect(run("boot \(boot)\n\(area)\(bytes)").output.hasSuffix("a5\n"))
    }
  }

  @Test func readersChangeNothing() throws {
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    _ = interpreter.run(
      ScriptSource(
        name: "a", bytes: Array("P = alloc_pages 3\ns = get_vm_area 64K --flags sparse\n".utf8)))
    let before = interpreter.machine.hash()
    // They write the file that a line names.
    let dumps = ["memory", "kcore", "vmcore", "vmlinux"]
    for verb in interpreter.table.verbs where verb.isReader {
      let isDump = dumps.contains(verb.name.description)
      let line = isDump ? "\(verb.name) /dev/null" : "\(verb.name) s"
      if verb.name.description == "kcore" {
        _ = interpreter.run(ScriptSource(name: "b", bytes: Array("kcore --read s 64\n".utf8)))
      }
      _ = interpreter.run(ScriptSource(name: "b", bytes: Array("\(line)\n".utf8)))
      _ = interpreter.run(ScriptSource(name: "b", bytes: Array("\(verb.name)\n".utf8)))
      let after = interpreter.machine.hash()
      #expect(after == before, "\(verb.name)")
    }
  }

  @Test func oneRunAndManyCommandsGiveTheSameMachine() throws {
    let lines = [
      "P = alloc_pages 3", "s = get_vm_area 64K --flags sparse", "read P 4", "info",
      "vm_area_map_pages s s..s+8K P[0..2]", "let x = s + 4K", "free_vm_area s",
    ]
    var whole = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    _ = whole.run(ScriptSource(name: "a", bytes: Array(lines.joined(separator: "\n").utf8)))
    var parts = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    for line in lines {
      _ = parts.run(ScriptSource(arguments: line.split(separator: " ").map(String.init)))
    }
    let (a, b) = (whole.machine.hash(), parts.machine.hash())
    #expect(a == b)
    #expect(whole.takeOutput() == parts.takeOutput())
  }
}
