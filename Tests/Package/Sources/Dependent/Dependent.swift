import VMem

@main
struct Dependent {
  static func main() throws {
    var configuration = Configuration()
    configuration.memory = 64 << 20
    let machine = try Machine(configuration)
    precondition(machine.configuration == configuration)
    print("booted \(machine.configuration.memory >> 20) MiB")
  }
}
