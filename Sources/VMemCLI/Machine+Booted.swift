internal import Glibc
internal import VMem

extension Machine {
  /// A booted machine, or the words and exit code for there being none. With default settings only
  /// a host that limits address space refuses.
  static func booted(
    _ configuration: Configuration = Configuration()
  ) throws(ProcessFailure) -> Machine {
    do throws(BootError) {
      return try Machine(configuration)
    } catch .host {
      throw ProcessFailure(
        message: "the host refuses to reserve 64 GiB of address space (ulimit -v, ulimit -d)",
        exitCode: EX_IOERR)
    } catch {
      throw ProcessFailure(
        message: "no machine of \(configuration.memory) bytes: \(error)", exitCode: EX_USAGE)
    }
  }
}
