/// What a benchmark found: facts about all of it, and rows of figures.
struct Report {
  /// A fact under its name, the same in text and JSON.
  struct Field {
    let name: String
    let text: String
    let isNumber: Bool

    init(_ name: String, _ number: some BinaryInteger) {
      (self.name, text, isNumber) = (name, "\(number)", true)
    }

    /// A number of thousandths, as a decimal fraction.
    init(_ name: String, thousandths: UInt64) {
      (self.name, text, isNumber) = (name, Decimal.text(thousandths: thousandths), true)
    }

    /// A text of the benchmark's own, which JSON need not escape.
    init(_ name: String, _ text: String) {
      (self.name, self.text, isNumber) = (name, text, false)
    }
  }

  /// One piece of work: all rows of a report have the same names.
  struct Row {
    /// What tells it from the other rows.
    var labels: [Field] = []
    /// What was measured, the emulator's own first and what it is measured against last.
    let series: [Series]
    let ratio: Ratio
    var remainder: [Field] = []
  }

  var facts: [Field] = []
  /// JSON's name for the list of rows; nil when the members of the only row stand beside the facts.
  var list: String?
  let rows: [Row]
  /// Lines that only people are told.
  var remarks: [String] = []
}
