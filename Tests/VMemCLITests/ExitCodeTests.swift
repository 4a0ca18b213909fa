import Glibc
import TestSupport
import Testing

/// What the process tells whoever started it.
@Suite struct ExitCodeTests {
  @Test(arguments: [
    ("s = get_vm_area 16K\n", 0),
    ("get_vm_area 0\n", 1),
    ("expect NULL get_vm_area 0\n", 0),
    ("free_vm_area nothing\n", 65),
    ("expect ENOMEM get_vm_area 16K\n", 2),
    ("assert 1 == 2\n", 2),
    ("read 0 1\n", 3),
    ("s = get_vm_area 16K --flags sparse\nvm_area_map_pages s s..+8K null\n", 3),
    ("free_vm_area 0xffffc90000000000\n", 3),
    ("no_such_verb\n", 65),
    ("get_vm_area\n", 65),
    ("get_vm_area 99999999999999999999\n", 65),
    ("\n# nothing\n", 0),
    ("", 0),
  ])
  func script(_ text: String, _ code: Int) throws {
    let ran = try Command.vmemctl("run", "-", input: text)
    #expect(ran.status == Int32(code), "\(text)\(ran.errorText)")
    #expect(ran.errorText.isEmpty == (code == 0))
  }

  /// Help says when a verb ends with an exit code of its own, and it does.
  @Test(arguments: [
    ("undo", 1), ("assert 1 eq 2", 2), ("compare P[0] P[1] 1", 2), ("quiz walk --answer 1", 2),
    ("diff m.img text", 65), ("import_vmallocinfo text", 65), ("replay text", 65),
    ("holes --file text", 65), ("totals --file text", 65), ("fit 4K --file text", 65),
    ("map --file text", 65), ("import_vmallocinfo none", 66), ("replay none", 66),
    ("holes --file none", 66), ("fit 4K --file none", 66), ("include none", 66),
    ("diff none m.img", 66), ("boot --force --lists none", 66), ("write P[0] @none", 66),
    ("boot", 73), ("quiz walk", 73), ("import_vmallocinfo rows", 73), ("snapshot o.img", 73),
    ("memory o.img", 73), ("kcore o.img-wal", 73), ("vmcore o.img", 73), ("vmlinux o.img", 73),
    ("snapshot no/where", 73), ("file_open m.img", 73), ("write P[0] @m.img", 73),
    ("include m.img-wal", 73), ("replay m.img", 73), ("memory /dev/full", 74),
    ("vmcore core --vmlinux core", 73), ("replay trace --plot trace", 73),
    ("replay trace --plot o.img", 73),
    ("kcore /dev/full", 74), ("vmcore /dev/full", 74), ("vmlinux /dev/full", 74),
  ])
  func helpSaysWhen(_ line: String, _ code: Int32) throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("no row\n".utf8), to: "text")
    let rows = "0xffffc90000000000-0xffffc90000005000   20480 a+0x1/0x2\n"
    try folder.write(Array(rows.utf8), to: "rows")
    let event = "1.000001: alloc_vmap_area: va_start: 18446683600570023936 size=8192 align=4096"
    let trace = "a-1 [000] \(event) vstart=0xffffc90000000000 vend=0xffffe8ffffffffff failed=0\n"
    try folder.write(Array(trace.utf8), to: "trace")
    let script = """
      cd "$1" && V="$2 --image m.img"; $V boot --memory 16M && $2 --image o.img boot --memory 8M &&
      $V P = alloc_pages 2 >/dev/null && $V write P[0] 01 >/dev/null && $V run - </dev/null
      echo get_vm_area 4K | $2 run --image m.img - >/dev/null; $V \(line)
      """
    let ran = try Command.run(["bash", "-c", script, "sh", folder.path, TestFiles.vmemctl])
    #expect(ran.status == code, "\(ran.errorText)")
    let verb = String(line.prefix { $0 != " " })
    let help = try Command.vmemctl("help", verb).lines
    #expect(help.contains { $0.hasPrefix("    exit \(code) ") }, "\(verb)")
  }

  /// 3 before 2 before 1, whatever came last.
  @Test(arguments: [
    ("read 0 1\nassert 1 == 2\nget_vm_area 0\n", 3),
    ("get_vm_area 0\nassert 1 == 2\nget_vm_area 0\n", 2),
    ("get_vm_area 0\nget_vm_area 4K\n", 1),
  ])
  func precedence(_ text: String, _ code: Int) throws {
    let ran = try Command.vmemctl("run", "--keep-going", "-", input: text)
    #expect(ran.status == Int32(code))
  }

  @Test func missingScript() throws {
    let ran = try Command.vmemctl("run", "/nonexistent/script.vmem")
    #expect(ran.status == 66)
    #expect(ran.errorText.contains("/nonexistent/script.vmem"))
    #expect(ran.output.isEmpty)
  }

  @Test func folderAsScript() throws {
    #expect(try Command.vmemctl("run", "/").status == 66)
  }

  /// The scripts after a missing one still run.
  @Test func severalScripts() throws {
    let ran = try Command.vmemctl("run", "/nonexistent", "-", input: "echo here\n")
    #expect(ran.status == 66)
    #expect(ran.outputText == "here\n")
  }

  @Test(arguments: [
    ["--bogus"], ["run"], ["run", "--bogus", "-"], ["run", "--tap", "--json", "-"],
    ["run", "--tap", "-", "-"], ["bench", "nothing"], ["bench", "boot", "--memory", "5X"],
    ["bench", "boot", "--memory", "4K"], ["bench", "boot", "--rounds", "0"],
    ["bench", "script", "--lines", "1"], ["info", "--image"], ["info", "--image="], [],
  ])
  func usage(_ arguments: [String]) throws {
    let ran = try Command.run([TestFiles.vmemctl] + arguments)
    #expect(ran.status == 64)
    #expect(ran.output.isEmpty)
    #expect(ran.errorText.hasPrefix("vmemctl: "))
  }

  @Test func cannotCreate() throws {
    #expect(try Command.vmemctl("run", "-", input: "memory /nonexistent/file\n").status == 73)
  }

  @Test func closedPipe() throws {
    let ran = try Command.run([
      "bash", "-c",
      "printf 'repeat 100000 {\\n echo x\\n}\\n' | { trap '' PIPE; \"$0\" run -; } "
        + "| true; exit ${PIPESTATUS[1]}", TestFiles.vmemctl,
    ])
    #expect(ran.status == 141)
  }

  @Test func fullDevice() throws {
    let ran = try Command.run([
      "bash", "-c",
      "\"$0\" --version >/dev/full; echo $?; echo info | \"$0\" run - >/dev/full; echo $?",
      TestFiles.vmemctl,
    ])
    #expect(ran.lines == ["74", "74"])
    let word = "vmemctl: standard output: No space left on device\n"
    #expect(ran.errorText == word + word)
  }

  /// A process that waits for its script is interrupted.
  @Test func interrupted() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    let process = try Command.spawn([TestFiles.vmemctl, "run", "-"], &actions, [:])
    // Long enough to start; too early an interrupt ends it with the same status.
    usleep(200_000)
    kill(process, SIGINT)
    #expect(try Command.wait(for: process) == 130)
  }
}
