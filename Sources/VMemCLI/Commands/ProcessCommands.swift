internal import ArgumentParser
internal import VMemBench
internal import VMemViews

/// The way through ArgumentParser.
enum ProcessCommands {
  /// Runs the process command that `arguments` name and returns the exit code.
  static func run(_ arguments: [String]) throws(ProcessFailure) -> Int32 {
    do {
      var command = try VmemctlCommand.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as ProcessFailure {
      throw failure
    } catch let failure as BenchmarkFailure {
      throw ProcessFailure(message: failure.message, exitCode: failure.exitCode)
    } catch {
      let code = VmemctlCommand.exitCode(for: error).rawValue
      let message = VmemctlCommand.fullMessage(for: error)
      if code == 0 { return Streams.print(message.isEmpty ? "" : message + "\n") }
      // An exit code alone has said everything already.
      let prefix = message.hasPrefix("Error: ") ? "Error: ".count : 0
      if message.isEmpty { return code }
      let lines = message.dropFirst(prefix).split(
        separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      let details = lines.dropFirst().joined().split(
        separator: "\n", omittingEmptySubsequences: false)
      throw ProcessFailure(
        message: String(lines[0]), exitCode: code,
        details: details.map { String($0).printable }.joined(separator: "\n"))
    }
  }
}
