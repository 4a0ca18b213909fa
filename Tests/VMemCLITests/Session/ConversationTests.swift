import TestSupport
import Testing

/// Standard input is answered line by line: a program that keeps the pipe open gets its answers.
struct ConversationTests {
  private func converse(_ conversation: String, _ options: String = "") throws -> Command {
    let folder = try TemporaryFolder()
    let script = """
      cd "$0" && mkfifo in out
      "$1" run \(options) - < in > out 2> errors &
      exec 3> in 4< out
      ask() { echo "$1" >&3; }
      hear() { read -r answer <&4; echo "$answer"; }
      \(conversation)
      exec 3>&-
      wait $!
      status=$?
      cat errors >&2
      exit $status
      """
    return try Command.run([
      "timeout", "60", "bash", "-c", script, folder.path, TestFiles.vmemctl,
    ])
  }

  @Test func answersComeAtOnce() throws {
    let ran = try converse(
      "ask 'a = get_vm_area 16K'; hear; ask \"free_vm_area $answer\"; hear; ask 'assert a eq '$answer"
    )
    #expect(ran.outputText == "0xffffc90000000000\n0\n")
    #expect(ran.status == 2)
    #expect(ran.errorText.contains("<stdin>:3: assert: expected a eq 0 got"))
  }

  @Test func aLoopIsAnsweredWhenItIsWhole() throws {
    let ran = try converse(
      "ask 'repeat 2 {'; ask 'repeat 2 { echo a }'; sleep 0.2; ask '}'; hear; hear; hear; hear; "
        + "ask 'echo b'; hear")
    #expect(ran.outputText == "a\na\na\na\nb\n" && ran.status == 0)
  }

  @Test func whatIsCommittedIsAnswered() throws {
    let ran = try converse(
      "ask 'a = get_vm_area 16K'; hear; \"$1\" --image copy.img --no-wait info > /dev/null 2>&1; "
        + "ask 'snapshot copy.img'; hear; \"$1\" --image copy.img find_vm_area $(printf 0xffffc90000000000)",
      "--image m.img")
    #expect(ran.outputText.hasPrefix("0xffffc90000000000\n0\naddr=0xffffc90000000000"))
    #expect(ran.status == 0)
  }

  /// Errors are found at their line; what came before has run.
  @Test func errorsComeAtTheirLine() throws {
    let ran = try Command.vmemctl(
      "run", "-", input: "echo a\nrepeat 1 { echo b }\nfree_vm_area q\necho c\n")
    #expect(ran.outputText == "a\nb\n" && ran.status == 65)
    #expect(ran.errorText.hasPrefix("vmemctl: <stdin>:3: free_vm_area: `q` was never bound"))
    let open = try Command.vmemctl("run", "-", input: "echo a\nrepeat 2 {\necho b\n")
    #expect(open.outputText == "a\n" && open.status == 65)
    #expect(open.errorText.hasPrefix("vmemctl: <stdin>:2: this `repeat` has no closing `}`"))
    #expect(try Command.vmemctl("run", "-", input: "echo a\necho b").outputText == "a\nb\n")
    let zero = try Command.vmemctl("run", "-", input: "echo a\necho \0\n")
    #expect(zero.outputText == "a\n" && zero.errorText.contains("<stdin>:2: a byte 0"))
  }

  /// Chunks of input end anywhere.
  @Test func longInput() throws {
    let body = String(repeating: "a = get_vm_area 16K\nfree_vm_area a\n", count: 20_000)
    let script =
      body + "repeat 2 {\n" + body + "}\n# \(String(repeating: "x", count: 100_000))\necho end\n"
    let piped = try Command.run(
      [
        "sh", "-c", "cat | \"$0\" run --quiet -", TestFiles.vmemctl,
      ], input: Array((script + "info --hash\n").utf8))
    #expect(piped.status == 0, "\(piped.errorText)")
    let file = try TemporaryFolder()
    try file.write(Array((script + "info --hash\n").utf8), to: "s.vmem")
    let whole = try Command.vmemctl("run", "--quiet", file.path + "/s.vmem")
    #expect(whole.status == 0 && whole.lines.last == piped.lines.last)
  }
}
