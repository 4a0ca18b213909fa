internal import CHost
import VMemCLI

@main
struct Vmemctl {
  static func main() { runVmemctl() }
}

/// What Swift has `CommandLine.arguments` from. In a static program this takes the place of Swift's own
/// function, and of its constructor, which reads a file of /proc whenever the program starts.
@_cdecl("_swift_stdlib_getUnsafeArgvArgc")
func arguments(
  _ count: UnsafeMutablePointer<Int32>
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
  chost_arguments(count)
}
