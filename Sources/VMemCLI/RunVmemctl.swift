internal import ArgumentParser
internal import CHost
internal import Glibc
internal import VMemViews

/// The whole program: reads the process's arguments, does what they say and exits.
///
/// A first word that is neither an option nor `run`, `bench` or `help` is a line of the language.
/// `run` and such lines are decoded by hand, which saves the 1.4 ms that ArgumentParser needs to
/// look at every command; it has everything else, mistakes included.
package func runVmemctl() -> Never {
  // Before any file is opened, which would be what is printed to.
  guard chost_open_standard() == 0 else { exit(EX_IOERR) }
  Signals.prepare()
  exit(status(of: arguments))
}

/// The process's arguments, byte for byte: `CommandLine.arguments` would mend what is no UTF-8.
private var arguments: [String] {
  // Safe: the host's own list, which ends with nil.
  (1..<max(1, Int(CommandLine.argc))).compactMap { index in
    guard let word = unsafe CommandLine.unsafeArgv[index] else { return nil }
    let bytes = unsafe UnsafeBufferPointer(start: word, count: strlen(word))
    return unsafe String(hostBytes: bytes.map { UInt8(bitPattern: $0) })
  }
}

private func status(of arguments: [String]) -> Int32 {
  do throws(ProcessFailure) {
    return switch try Invocation(arguments) {
    case .run(let options): try ScriptRunner(options: options).run()
    case .line(let options, let words): try OneShot(options: options).run(words: words)
    case .shell(let options): try Shell(options: options).run()
    case .manual(let page): Manual.show(page)
    case .process(let words): try ProcessCommands.run(words)
    }
  } catch {
    var words = arguments
    let colour = (try? LineOptions(removingFrom: &words))?.colour ?? .auto
    Streams.complain(error.message, colour, details: error.details)
    return error.exitCode
  }
}
