/// An exit code that a verb ends with although the kernel has refused nothing, and when.
struct ExitCondition: Sendable {
  let verbs: [StaticString]
  let code: ExitCode
  let condition: StaticString

  private init(_ verbs: StaticString..., exit code: ExitCode, when condition: StaticString) {
    self.verbs = verbs
    self.code = code
    self.condition = condition
  }

  /// Those of all verbs; that a line is not of the language (65) is not of any of them.
  static let all: [ExitCondition] = [
    ExitCondition("undo", exit: .unexpectedError, when: "no commit came since the last checkpoint"),
    ExitCondition("assert", exit: .failedExpectation, when: "the comparison does not hold"),
    ExitCondition(
      "compare", exit: .failedExpectation,
      when: "the ranges differ, and no `expect` has announced the offset"),
    ExitCondition("quiz", exit: .failedExpectation, when: "--answer is wrong"),
    ExitCondition(
      "replay", exit: .failedExpectation, when: "--strict is said, and an address differs"),
    ExitCondition("check", exit: .corrupt, when: "an invariant is broken"),
    ExitCondition("diff", exit: .corrupt, when: "an image is damaged"),
    ExitCondition(
      "import_vmallocinfo", "replay", "holes", "totals", "fit", "map", exit: .badScript,
      when: "a line of FILE is none of such a file"),
    ExitCondition("diff", exit: .badScript, when: "a file is no image"),
    ExitCondition(
      "undo", exit: .badScript, when: "it stands in a script, whose machine is the one it has"),
    ExitCondition(
      "import_vmallocinfo", "replay", "holes", "totals", "fit", "map", "include", "diff",
      exit: .noInput, when: "there is no such file"),
    ExitCondition("boot", exit: .noInput, when: "--lists or --rows names no file"),
    ExitCondition("write", exit: .noInput, when: "@FILE is not there"),
    ExitCondition("log", "undo", exit: .noInput, when: "no image keeps the machine"),
    ExitCondition(
      "boot", "import_vmallocinfo", "quiz", exit: .cannotCreate,
      when: "the image holds a machine already; --force replaces it"),
    ExitCondition(
      "snapshot", "memory", "kcore", "vmcore", "vmlinux", exit: .cannotCreate,
      when: "the file cannot be made, or belongs to a machine; --force replaces another one"),
    ExitCondition(
      "replay", exit: .cannotCreate,
      when: "FILE.svg cannot be made, or belongs to a machine; --force replaces another one"),
    ExitCondition(
      "vmcore", "replay", exit: .cannotCreate,
      when: "both files are one, or the second is where standard output goes"),
    ExitCondition(
      "file_open", "write", "replay", "include", exit: .cannotCreate,
      when: "the file is the image of the session, its log or its history"),
    ExitCondition(
      "fsync", exit: .cannotCreate,
      when: "the file is a machine's, or came with the image of a stranger (--host-paths)"),
    ExitCondition(
      "snapshot", "memory", "kcore", "vmcore", "vmlinux", exit: .inputOutput,
      when: "the host does not write all of the file"),
  ]
}

extension Verb {
  /// The exit codes that are its own, ascending.
  var exits: [ExitCondition] {
    ExitCondition.all.filter { $0.verbs.contains { "\($0)" == "\(name)" } }
  }
}
