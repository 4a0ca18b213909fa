internal import VMem
internal import VMemModules
internal import VMemViews

/// What modules may call.
extension Verb {
  static let moduleCalls: [Verb] = [
    Verb(
      "modcalls", .modules, .nothing, .language, [.callBeginning],
      summary: "list the headers that modules may include, and the functions and macros for them",
      returns: "a line a name, with the header that it needs beside linux/module.h",
      example: "modcalls vmap", facts: [.answers], .control(modcalls))
  ]

  private static func modcalls(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let words = interpreter.call.words(.callBeginning)
    let beginning = words.first.map { interpreter.call.tokens[$0].text.string } ?? ""
    if words.count > 1 {
      let word = interpreter.call.tokens[words[1]]
      throw .script(
        "`\(word.text.string.printable)` is more than a beginning", hint: "modcalls idr_", word)
    }
    let calls = ModuleCalls.list(beginning)
    return interpreter.call.view { output in
      for call in calls {
        if output.isJSON {
          output.beginObject()
          output.field("name", text: call.name)
          output.field("header", text: call.header)
          output.endObject()
        } else {
          output.writer.write(call.name)
          if !call.header.isEmpty, call.header != "linux/module.h" {
            output.writer.write(String(repeating: " ", count: max(1, 32 - call.name.count)))
            output.writer.write(call.header)
          }
          output.endLine()
        }
      }
    }
  }
}

extension Parameter {
  fileprivate static let callBeginning = Parameter(
    id: 250, .optionalRest, "[BEGINNING]", "only names that begin so (linux/ for headers)")
}
