import TestSupport
import Testing

/// Tests of modules that the program compiles: each has a folder of its own, for scripts, images and what
/// was built.
protocol ModuleSuite {
  var folder: TemporaryFolder { get }
  /// The kernel that machines are booted as.
  var kernel: String { get }
}

extension ModuleSuite {
  var kernel: String { "6.12" }

  static func fixture(_ name: String) -> String {
    TestFiles.root + "/Tests/Fixtures/modules/\(name).c"
  }

  /// Runs lines on a machine of two CPUs, to the last whatever they answer.
  ///
  /// - Parameters:
  ///   - boot: more words of the boot line.
  ///   - image: the path of an image to run them on.
  ///   - compiler: what `VMEMCTL_CC` says.
  ///   - hasOwnCache: whether what is built stays in the test's folder.
  func run(
    _ lines: String, kernel: String? = nil, boot: String = "", image: String? = nil,
    compiler: String? = nil, hasOwnCache: Bool = false
  ) throws -> Command {
    let boot = "boot --cpus 2 --kernel \(kernel ?? self.kernel) \(boot)"
    try folder.write(Array("\(boot)\n\(lines)\n".utf8), to: "s.vmem")
    var environment: [String: String] = [:]
    environment["VMEMCTL_CC"] = compiler
    if hasOwnCache { environment["XDG_CACHE_HOME"] = folder.path }
    let words = image.map { ["--image", $0] } ?? []
    return try Command.run(
      [TestFiles.vmemctl, "run", "--keep-going"] + words + [folder.path + "/s.vmem"],
      environment: environment)
  }
}

/// Programs that tests need, and that not every machine has.
enum Compilers {
  static func has(_ program: String) -> Bool {
    (try? Command.run(["sh", "-c", "command -v \(program)"]))?.status == 0
  }

  static let hasCC = has("cc")
}

extension Trait where Self == ConditionTrait {
  /// For tests that compile modules.
  static var compilesModules: Self {
    .enabled(if: Compilers.hasCC, "skipped: no C compiler (cc) is installed")
  }
}
