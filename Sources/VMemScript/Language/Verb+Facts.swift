extension Verb {
  /// What is true of a verb besides how it is written: everything that decides on it asks here.
  package struct Facts: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// It changes the machine: the line is part of its history, and an image keeps what it did.
    package static let changes = Facts(rawValue: 1 << 0)
    /// It makes the machine.
    package static let boots = Facts(rawValue: 1 << 1)
    /// It takes changes of an image back, and makes none.
    package static let takesBack = Facts(rawValue: 1 << 2)
    /// It runs the lines of a file.
    package static let includes = Facts(rawValue: 1 << 3)
    /// It looks at the machine, or changes it.
    package static let looks = Facts(rawValue: 1 << 4)
    /// It may be said to a CPU that is in the middle of a call.
    package static let forBusyCPUs = Facts(rawValue: 1 << 5)
    /// It changes nothing and answers with one short line.
    package static let brief = Facts(rawValue: 1 << 7)
    /// It replaces a file that holds a machine, when told to by --force.
    package static let replaces = Facts(rawValue: 1 << 11)
    /// It is of the language, and prints a result line all the same.
    static let answers = Facts(rawValue: 1 << 12)
    /// Without arguments it only looks.
    static let looksAlone = Facts(rawValue: 1 << 6)
    /// It is a reader that says nothing of the machine.
    package static let apart = Facts(rawValue: 1 << 10)
    /// It means the CPU that it names, not the current one.
    static let namesCPU = Facts(rawValue: 1 << 9)
    /// The machine or the host may know what is wrong with its words, before it acts.
    static let asks = Facts(rawValue: 1 << 13)
    /// It takes the machine as it stands, which it cannot while modules are loaded.
    static let wantsWhole = Facts(rawValue: 1 << 16)
    /// It leaves a machine as boot made it, and has none made: a script that boots may be included
    /// behind it.
    static let idle = Facts(rawValue: 1 << 15)
    /// It gives a name to what it is told.
    static let names = Facts(rawValue: 1 << 17)
    /// Its words are an expression, in which counters have names.
    static let computes = Facts(rawValue: 1 << 18)
    /// It may take seconds.
    static let lasts = Facts(rawValue: 1 << 14)
  }
}
