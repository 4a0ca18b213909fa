internal import Glibc

/// A trace that has been read, before the line that replays it acts.
final class TraceInput {
  let source: ScriptSource
  let replayer: Replayer
  /// The file that is open for the picture, if one is wanted.
  private var picture: Int32?

  init(_ source: consuming ScriptSource, _ replayer: Replayer, picture: Int32?) {
    self.source = source
    self.replayer = replayer
    self.picture = picture
  }

  deinit { if let picture { close(picture) } }

  /// Gives the picture's file up: whoever has it closes it.
  func takePicture() -> Int32? {
    defer { picture = nil }
    return picture
  }
}
