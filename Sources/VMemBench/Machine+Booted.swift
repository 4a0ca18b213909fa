internal import VMem

extension Machine {
  /// A booted machine. With default settings only a host that limits address space refuses.
  static func booted(
    _ configuration: Configuration = Configuration()
  ) throws(BenchmarkFailure) -> Machine {
    do throws(BootError) {
      return try Machine(configuration)
    } catch {
      throw .boot(error, memory: configuration.memory)
    }
  }
}
