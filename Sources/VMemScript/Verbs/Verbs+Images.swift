internal import VMem
internal import VMemViews

extension Subsystem {
  static let images = Subsystem(
    "snapshot diff log undo",
    verbs: Verb.images)
}

extension Verb.Group {
  static let images = Verb.Group("images", "Images")
}

/// Images as a whole: copies, differences, and the way back.
extension Verb {
  static let images: [Verb] = [
    Verb(
      "snapshot", .images, .nothing, .reader, [.file],
      summary: "write the machine to an image of its own, with holes where it is zero",
      returns: "0", example: "snapshot before.img", facts: [.replaces, .wantsWhole],
      exits: [.cannotMake, .notAllWritten], answers: [[.errno(.EBUSY, .moduleKeepsMachine)]],
      .control(snapshot), check: checkSnapshot),
    Verb(
      "diff", .images, .nothing, .reader, [.imageBefore, .imageAfter],
      options: [pictureForms.parameter],
      summary: "show what two images differ in: areas, mappings, counters",
      returns: """
        text: lines of A with -, of B with +; nothing for equal machines; or a picture of the areas \
        and how much of them is mapped
        """,
      example: "diff before.img vmem.img", facts: [.apart],
      exits: [
        ExitCondition(.corrupt, when: "an image is damaged"),
        ExitCondition(.badScript, when: "a file is no image"), .noFile,
      ], .control(diff)),
    Verb(
      "log", .images, .nothing, .reader,
      summary: "show every line since boot that changed the image's machine, as a script",
      returns: "text", example: "log", exits: [.noImage], .control(log)),
    Verb(
      "undo", .images, .nothing, .language,
      summary: "take the image's last commit back, as long as its log has it",
      returns: "the lines of that commit", example: "undo",
      facts: [.looks, .takesBack, .answers, .wantsWhole],
      exits: [
        ExitCondition(.unexpectedError, when: "no commit came since the last checkpoint"),
        ExitCondition(.badScript, when: "it stands in a script, whose machine is the one it has"),
        .noImage,
      ], answers: [[.errno(.EBUSY, .moduleKeepsMachine)]], .control(undo), check: checkUndo,
      details: """
        What changes the machine behind it in one process is not kept (exit 74): the machine in memory
        still has what was taken back.
        """),
  ]

  private static func images(
    _ interpreter: borrowing Interpreter
  ) throws(CommitFailure) -> any Images {
    guard let images = interpreter.images else {
      throw CommitFailure(message: "there are no images here", exit: .usage)
    }
    return images
  }

  private static func failure(
    _ error: CommitFailure, _ interpreter: borrowing Interpreter
  ) -> LineFailure {
    var defect = ScriptError(error.message, interpreter.call.tokens[0])
    defect.exit = error.exit
    return .script(defect)
  }

  private static func snapshot(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.file)]
    let path = token.text.string
    try interpreter.call.checkIsForeign(path, token)
    do throws(CommitFailure) {
      try images(interpreter).snapshot(interpreter.machine, to: path)
    } catch {
      throw failure(error, interpreter)
    }
    return .ok
  }

  private static func checkSnapshot(_ parser: inout Parser) throws(LineFailure) {
    let token = parser.call.tokens[parser.call.arguments.token(.file)]
    guard !(token.text == "-") else {
      throw .script("a snapshot is a file", hint: "`memory -` writes RAM to standard output", token)
    }
  }

  private static func diff(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let picture = try interpreter.call.picture()
    let names = (
      interpreter.call.word(.imageBefore).string, interpreter.call.word(.imageAfter).string
    )
    do throws(CommitFailure) {
      let images = try images(interpreter)
      return show(
        try images.open(names.0), try images.open(names.1), names, &interpreter.call, picture)
    } catch {
      throw failure(error, interpreter)
    }
  }

  private static func show(
    _ a: borrowing Machine, _ b: borrowing Machine, _ names: (String, String),
    _ call: inout Call, _ picture: PictureFormat?
  ) -> Result {
    if let picture {
      return call.view { output in
        Views.difference(a, b, names: names, as: picture, to: &output)
      }
    }
    let text = ImageDifference(a, b, names: names).text
    call.scratch.write(text)
    return text.isEmpty ? .printed : .text
  }

  private static func log(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    do throws(CommitFailure) {
      let lines = try images(interpreter).history()
      if lines.isEmpty { return .printed }
      interpreter.call.scratch.write(Recorder.joined(lines).span)
    } catch {
      throw failure(error, interpreter)
    }
    return .text
  }

  private static func checkUndo(_ parser: inout Parser) throws(LineFailure) {
    guard parser.fileName == nil else {
      throw .script(
        "a script goes on with the machine it has: nothing is taken back in one",
        hint: "vmemctl undo, or undo in the shell", parser.call.tokens[0])
    }
  }

  private static func undo(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    // What this line has done before goes first.
    interpreter.flush()
    do throws(CommitFailure) {
      let lines = try images(interpreter).undo()
      interpreter.call.scratch.write(lines.span)
    } catch {
      throw failure(error, interpreter)
    }
    return .text
  }
}

extension Parameter {
  static let imageBefore = Parameter(
    id: 72, .word, "A", "the image of the machine as it was")
  static let imageAfter = Parameter(
    id: 73, .word, "B", "the image of the machine as it is")
}
