internal import Glibc

/// A trace that has been read, before the line that replays it acts.
final class TraceInput {
  /// The file's name.
  let name: String
  let replayer: Replayer
  /// The file that is open for the picture, if one is wanted.
  private var picture: Int32?

  init(_ name: String, _ replayer: Replayer, picture: Int32?) {
    self.name = name
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
