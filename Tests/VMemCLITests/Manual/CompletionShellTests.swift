import TestSupport
import Testing

@testable import VMemCLI

/// Shells load their scripts, and are asked as by a keypress.
@Suite struct CompletionShellTests {
  static let lines = [
    ("get_vm", "get_vm_area"), ("run --keep", "--keep-going"), ("be", "bench"),
    ("run --dur", "--durable"), ("--image x get_vm", "get_vm_area"), ("info --no-w", "--no-wait"),
    ("bench acc", "access"), ("bench access --lo", "--loads"), ("help bench gr", "growth"),
    ("bench areas 5 --pattern l", "lifo"),
  ]

  @Test(arguments: lines) func bash(_ line: String, _ expected: String) throws {
    let answers = try answers(
      .bash, line,
      [
        "bash", "-c",
        """
        source /dev/stdin
        read -ra COMP_WORDS <<<"vmemctl $1"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE="vmemctl $1" COMP_POINT=${#COMP_LINE}
        "$(complete -p vmemctl | sed 's/.*-F \\([^ ]*\\).*/\\1/')" vmemctl "${COMP_WORDS[-1]}" \
          "${COMP_WORDS[-2]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """,
      ])
    #expect(answers == [expected])
  }

  /// Without its editor, whose words and whose list of answers stand here.
  @Test(.enabled(if: Command.isInstalled("zsh"), "zsh is not installed"), arguments: lines)
  func zsh(_ line: String, _ expected: String) throws {
    let answers = try answers(
      .zsh, line,
      [
        "zsh", "-f", "-c",
        """
        compdef() { complete=$1 }
        compadd() { print -l -- ${(P)2} }
        source /dev/stdin
        words=(vmemctl ${=1}) CURRENT=${#words}
        $complete
        """,
      ])
    #expect(answers == [expected])
  }

  @Test(.enabled(if: Command.isInstalled("fish"), "fish is not installed"), arguments: lines)
  func fish(_ line: String, _ expected: String) throws {
    let answers = try answers(
      .fish, line, ["fish", "-c", "source -; complete -C \"vmemctl $argv[2]\""])
    #expect(answers == [expected])
  }

  /// Shells that this machine may not have.
  @Test(arguments: ["bash", "zsh", "fish"]) func scripts(_ shell: String) throws {
    let ran = try Command.vmemctl("help", "--completions", shell)
    #expect(ran.status == 0)
    #expect(ran.outputText.contains("vmemctl help --complete"))
    #expect(ran.outputText.contains("printf '%s\\n'") == (shell == "fish"))
  }

  /// What a program of the shell prints that reads the script and is given the line.
  private func answers(
    _ shell: CompletionShell, _ line: String, _ program: [String]
  ) throws -> [String] {
    let ran = try Command.run(
      program + [shell.rawValue, line], input: Array(shell.script.utf8),
      environment: [
        "PATH": TestFiles.parent(of: TestFiles.vmemctl) + ":" + TestFiles.environment["PATH"]!
      ])
    #expect(ran.errorText == "")
    return ran.lines.map { String($0) }
  }
}
