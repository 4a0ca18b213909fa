internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// `vmemctl serve`: the machine in an image, for debuggers. It is held while one of them looks at it;
/// between that, other processes may change it.
struct ServeCommand {
  let options: LineOptions
  let serve: ServeOptions

  /// How often an image is looked at that somebody waits for a change of.
  private static let interval: Int32 = 20

  func run() throws(ProcessFailure) -> Never {
    // What is wrong with an image is said before anybody attaches.
    try look()
    let server = try DebugServer(serve, isRun: false)
    serve.announce(options.colour)
    var state = FileState(options.imagePath)
    while true {
      wait(server, state)
      do throws(ProcessFailure) {
        try attach(server, isChanged: state != FileState(options.imagePath))
      } catch {
        Streams.complain(error.message, options.colour)
        server.dismiss()
      }
      state = FileState(options.imagePath)
    }
  }

  /// Waits until the machine is needed.
  private func wait(_ server: DebugServer, _ state: FileState) {
    while !server.hasEvents(within: server.mode == .stepping ? Self.interval : -1) {
      if server.mode == .stepping, state != FileState(options.imagePath) { return }
    }
  }

  private func session() throws(ProcessFailure) -> Session {
    let session = Session(options, path: options.imagePath)
    guard session.exists else { throw session.missing }
    return session
  }

  private func look() throws(ProcessFailure) {
    let session = try session()
    _ = try session.open(isWriter: serve.isWritable, boots: false)
  }

  /// Opens the image for as long as the machine is needed.
  private func attach(_ server: DebugServer, isChanged: Bool) throws(ProcessFailure) {
    let session = try session()
    let machine = try session.open(isWriter: serve.isWritable, boots: false)
    var interpreter = Interpreter(machine: machine, options: settings, output: nil, messages: nil)
    interpreter.images = session
    if serve.isWritable { interpreter.committer = session }
    if server.mode == .stepping, isChanged {
      server.target.move(to: nil)
      server.halt(interpreter)
    }
    server.serve(&interpreter)
    _ = session.leave(after: interpreter.finish(), wasLong: false)
  }

  private var settings: Options {
    var settings = options.settings
    (settings.colour, settings.coloursAnswers) = (false, false)
    return settings
  }

  /// What changes of an image with each commit.
  private struct FileState: Equatable {
    let image: FileStatus.Instant?
    let log: FileStatus.Instant?

    init(_ path: String) {
      let path = ImagePath(path)
      image = FileStatus(path.image)?.changed
      log = FileStatus(path.log)?.changed
    }
  }
}

extension ServeOptions {
  /// Says where to attach.
  func announce(_ colour: Colour) {
    switch gdb {
    case .socket(let path): Streams.complain("gdb: target remote \(path.printable)", colour)
    case .port(let port): Streams.complain("gdb: target remote :\(port)", colour)
    case nil: break
    }
    if case .socket(let path) = qmp {
      Streams.complain("drgn --qemu \(path.printable)", colour)
    }
  }
}
