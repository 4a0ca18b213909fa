/// An exit code that a verb ends with although the kernel has refused nothing, and when.
///
/// That a line is not of the language (65) is not of any verb.
struct ExitCondition: Sendable {
  let code: ExitCode
  let condition: StaticString

  init(_ code: ExitCode, when condition: StaticString) {
    self.code = code
    self.condition = condition
  }
}

/// Those that several verbs have.
extension ExitCondition {
  static let noFile = ExitCondition(.noInput, when: "there is no such file")
  static let noImage = ExitCondition(.noInput, when: "no image keeps the machine")
  static let foreignLine = ExitCondition(.badScript, when: "a line of FILE is none of such a file")
  static let machineIsThere = ExitCondition(
    .cannotCreate, when: "the image holds a machine already; --force replaces it")
  static let cannotMake = ExitCondition(
    .cannotCreate,
    when: "the file cannot be made, or belongs to a machine; --force replaces another one")
  static let cannotMakePicture = ExitCondition(
    .cannotCreate,
    when: "FILE.svg cannot be made, or belongs to a machine; --force replaces another one")
  static let sameFile = ExitCondition(
    .cannotCreate, when: "both files are one, or the second is where standard output goes")
  static let sessionsFile = ExitCondition(
    .cannotCreate, when: "the file is the image of the session, its log or its history")
  static let notAllWritten = ExitCondition(
    .inputOutput, when: "the host does not write all of the file")
}
