internal import VMem

/// What a kernel complains of and goes on.
extension ModuleHost {
  /// Logs a WARN in the form of the machine's kernel.
  ///
  /// - Parameters:
  ///   - text: lines that say what is wrong.
  ///   - symbol: the function that says so.
  ///   - file: its file and line, where they are known.
  func warn(_ text: [String], at symbol: String, file: String? = nil) {
    taints.insert(.warning)
    let cpu = place!.pointee.cpu
    let (pid, name) = (running?.pid ?? 1, running?.name ?? "insmod")
    let known = file.map { $0 + " " } ?? ""
    let warning =
      view.configuration.switches.contains(.warningFile)
      ? "WARNING: \(known)at \(symbol), CPU#\(cpu): \(name)/\(pid)"
      : "WARNING: CPU: \(cpu) PID: \(pid) at \(known)\(symbol)"
    complain(
      ["------------[ cut here ]------------"] + text
        + [warning, "RIP: 0010:\(symbol)", "---[ end trace 0000000000000000 ]---"],
      level: 4)
  }
}
