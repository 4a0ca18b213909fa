internal import Glibc
internal import VMem

extension Machine {
  /// A machine with default settings, which boots on every host but one that limits address space.
  static func withDefaults() throws(ProcessFailure) -> Machine {
    do throws(BootError) {
      return try Machine(Configuration())
    } catch {
      throw ProcessFailure(
        message: "the host refuses to reserve 64 GiB of address space (ulimit -v)",
        exitCode: EX_IOERR)
    }
  }
}
