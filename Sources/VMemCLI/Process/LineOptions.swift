/// What the process was told beside a line of the language.
struct LineOptions: Equatable {
  var isJSON = false
}
