/// The line that runs, for messages.
struct Place {
  /// The whole source; nil when none runs.
  var source: Text?
  var line = 0
  /// Where the line begins in the source.
  var lineStart = 0
}
