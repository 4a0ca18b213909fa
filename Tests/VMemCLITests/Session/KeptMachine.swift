import Glibc
import TestSupport
import VMem

@testable import VMemCLI
@testable import VMemScript

/// A small machine in an image, worked on in this process.
struct KeptMachine {
  let folder: TemporaryFolder
  var path: String { folder.path + "/m.img" }

  /// Bytes of RAM: little, since images are copied often.
  static let memory = 2 << 20

  init() throws {
    folder = try TemporaryFolder()
    try run("boot --memory \(Self.memory)")
  }

  private init(folder: TemporaryFolder) { self.folder = folder }

  /// Another machine of these files.
  init(image: [UInt8], log: [UInt8]) throws {
    folder = try TemporaryFolder()
    try folder.write(image, to: "m.img")
    try folder.write(log, to: "m.img-wal")
  }

  /// What opening the image would give with another log.
  func state(withLog log: [UInt8]) throws -> State {
    try folder.write(log, to: "m.img-wal")
    return state
  }

  /// Runs a line as one command would. `isLong` says whether it leaves as a long-lived process does, and
  /// `isKilled` that it does not come to leave.
  @discardableResult
  func run(
    _ line: String, isLong: Bool = false, isDurable: Bool = false, isKilled: Bool = false
  ) throws -> String {
    var options = LineOptions()
    options.isDurable = isDurable
    let session = Session(options, path: path)
    let machine = try session.open(isWriter: true, boots: line.hasPrefix("boot"))
    var interpreter = Interpreter(
      machine: machine, options: Options(), output: nil, messages: nil)
    interpreter.committer = session
    interpreter.images = session
    _ = interpreter.run(ScriptSource(line: line))
    let ended = interpreter.finish()
    let code = isKilled ? ended : session.leave(after: ended, wasLong: isLong)
    return code == .success ? interpreter.takeOutput() : "\(code)"
  }

  /// The hash of the machine that opening the image gives, or the exit code that refuses it.
  var state: State {
    do throws(ProcessFailure) {
      let session = Session(LineOptions(), path: path)
      let machine = try session.open(isWriter: false, boots: false)
      return .machine(machine.hash(), isSound: machine.check().isEmpty)
    } catch {
      return .refused(error.exitCode)
    }
  }

  enum State: Hashable {
    case machine(UInt64, isSound: Bool)
    case refused(Int32)
  }

  var image: [UInt8] { get throws { try folder.bytes("m.img") } }
  var log: [UInt8] { get throws { try folder.bytes("m.img-wal") } }
}
