internal import VMemViews

extension Call {
  /// The form of a picture that a choice asks for, or nil for text. A picture is one document, which
  /// a stream of objects has no place for.
  func picture(_ parameter: Parameter) throws(LineFailure) -> PictureFormat? {
    guard arguments.has(parameter) else { return nil }
    let format: PictureFormat
    switch parameter.choices[choice(parameter, default: 0)] {
    case "svg": format = .svg
    case "html": format = .html
    default: return nil
    }
    guard options.json else { return format }
    var defect = ScriptError(
      "a picture is no JSON", hint: "leave --json out, or ask for text",
      tokens[arguments.token(parameter)])
    defect.exit = .usage
    throw .script(defect)
  }
}
