/// What is to be said of a line of a trace.
struct TraceNote: Equatable {
  let line: Int
  let message: String
}
