internal import VMemViews

extension Verb {
  /// The forms of a view that is text or a picture.
  static let pictureForms = Choice<PictureFormat?>(
    id: 57, option: "--format", ["text": nil, "svg": .svg, "html": .html],
    "text; svg: a picture, one document; html: the same in a page; no --json (default text)")
}

extension Call {
  /// The form of a picture that was asked for, or nil for text.
  func picture() throws(LineFailure) -> PictureFormat? {
    try picture(Verb.pictureForms.parameter, choice(Verb.pictureForms) ?? nil)
  }

  /// The form of a picture that a parameter asks for, or nil for text. A picture is one document,
  /// which a stream of objects has no place for.
  func picture(
    _ parameter: Parameter, _ format: PictureFormat?
  ) throws(LineFailure) -> PictureFormat? {
    guard format != nil, options.json else { return format }
    var defect = ScriptError(
      "a picture is no JSON", hint: "leave --json out, or ask for text",
      tokens[arguments.token(parameter)])
    defect.exit = .usage
    throw .script(defect)
  }
}
