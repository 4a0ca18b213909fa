internal import VMem

/// What has happened to a machine beside oopses, which a kernel's reports show as letters.
enum Taint: Hashable { case warning, lockup }

extension ModuleHost {
  /// The letters of `print_tainted` for a machine with modules of its own.
  ///
  /// - Parameter oopses: how many there were before what is reported.
  func taint(after oopses: UInt64) -> String {
    let hasWarned = taints.contains(.warning) || place!.pointee.warnings > 0
    let letters = "G      " + (oopses > 0 ? "D" : " ") + " " + (hasWarned ? "W" : " ") + "  O"
    return letters + (taints.contains(.lockup) ? " L" : "")
  }
}
