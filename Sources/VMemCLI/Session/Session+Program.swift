internal import Glibc
internal import VMem
internal import VMemScript

extension Session {
  /// The machine that a program runs on: that of the image. Only a program that is of the language
  /// and changes something makes an image; others see a fresh machine where there is none, unless
  /// the image was named. `isFirst` says that more statements come, which may change it; `stops`, that
  /// none runs behind one that is refused.
  func machine(
    for program: Program, isNamed: Bool, isFirst: Bool = false, stops: Bool
  ) throws(ProcessFailure) -> Machine {
    if program.isMalformed {
      // The names of a machine that is not opened are not known.
      if exists, !program.boots { program.passOverNames() }
      return try Machine.booted()
    }
    // What says nothing of the machine needs no image.
    if program.facts.contains(.apart), program.facts.isDisjoint(with: [.looks, .includes]),
      !program.commits, !isFirst
    {
      return try Machine.booted()
    }
    if !exists, !program.facts.contains(.boots) {
      // A fresh machine knows no names.
      if program.needsNames { return try Machine.booted() }
      if isNamed, program.facts.contains(.looks), !program.facts.contains(.changes) {
        throw missing
      }
      if !program.facts.contains(.changes), !isFirst { return try Machine.booted() }
      if stops, Interpreter.refusesFirstLine(of: program, on: try Machine.booted(), VerbTable()) {
        return try Machine.booted()
      }
    }
    return try open(isWriter: program.commits || isFirst, boots: program.boots)
  }
}

extension Program {
  /// Whether an image is written by it.
  var commits: Bool {
    facts.contains(.changes) || facts.contains(.boots) || facts.contains(.takesBack)
  }
}
