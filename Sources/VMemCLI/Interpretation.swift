internal import VMem
internal import VMemScript

/// One script from its source to its exit code, on a machine of its own.
enum Interpretation {
  static let noAddressSpace = "the host refuses to reserve 64 GiB of address space (ulimit -v)"

  static func run(
    _ source: consuming ScriptSource, _ options: Options
  ) -> VMemScript.ExitCode {
    let machine: Machine
    do throws(BootError) {
      machine = try Machine(Configuration())
    } catch {
      // The default machine boots on every host but one that limits address space.
      Streams.complain(noAddressSpace)
      return .inputOutput
    }
    var interpreter = Interpreter(machine: machine, options: options)
    _ = interpreter.run(source)
    return interpreter.finish()
  }
}
