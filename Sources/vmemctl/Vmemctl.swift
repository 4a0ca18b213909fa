import VMemCLI

@main
struct Vmemctl {
  static func main() { runVmemctl() }
}
