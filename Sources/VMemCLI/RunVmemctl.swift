internal import CHost
internal import Glibc
internal import VMemBench
internal import VMemScript
internal import VMemViews

/// The whole program: reads the process's arguments, does what they say and exits.
///
/// A first word that is neither an option nor a command of the process is a line of the language.
package func runVmemctl() -> Never {
  // Before any file is opened, which would be what is printed to.
  guard chost_open_standard() == 0 else {
    end("descriptors 0 to 2 must be open, or there must be room to open them (ulimit -n)")
  }
  // What Swift says for itself where it has no memory or no stack names no limit.
  guard chost_widen_stack() >= Needs.stack else {
    end("a stack of 256 KiB is needed (ulimit -s)")
  }
  guard chost_has_room(Needs.memory) != 0 else {
    end("the host gives no more memory (ulimit -v, ulimit -d)")
  }
  Signals.prepare()
  exit(status(of: arguments))
}

/// What the program cannot begin without, in bytes.
private enum Needs {
  static let stack = 256 << 10
  static let memory = 8 << 20
}

/// Ends the process where nothing but one sentence can be had.
private func end(_ sentence: StaticString) -> Never {
  for part in ["vmemctl: ", sentence, "\n"] as [StaticString] {
    // Safe: literals live as long as the process.
    _ = unsafe write(STDERR_FILENO, part.utf8Start, part.utf8CodeUnitCount)
  }
  exit(EX_IOERR)
}

/// The process's arguments, byte for byte: `CommandLine.arguments` would mend what is no UTF-8, and
/// reads a file, for which there may be no descriptor.
private var arguments: [String] {
  var words: [String] = []
  // Safe: the loader's own list, which lives as long as the process.
  while let word = unsafe chost_argument(Int32(words.count + 1)) {
    words.append(unsafe String(hostWord: word))
  }
  return words
}

private func status(of arguments: [String]) -> Int32 {
  do throws(ProcessFailure) {
    return switch try invocation(of: arguments) {
    case .run(let options): try ScriptRunner(options: options).run()
    case .line(let options, let words):
      try OneShot(options: options, endsProcess: true).run(words: words)
    case .shell(let options): try Shell(options: options).run()
    case .serve(let options, let serve): try ServeCommand(options: options, serve: serve).run()
    case .manual(let page): try Manual.show(page)
    case .bench(let command): Streams.print(try figures(of: command))
    }
  } catch {
    var words = arguments
    let colour = (try? LineOptions(removingFrom: &words))?.colour ?? .auto
    Streams.complain(error.message, colour, details: error.details)
    return error.exitCode
  }
}

private func invocation(of arguments: [String]) throws(ProcessFailure) -> Invocation {
  do throws(Misuse) { return try Invocation(arguments) } catch { throw ProcessFailure(error) }
}

private func figures(of command: BenchCommand) throws(ProcessFailure) -> String {
  do throws(BenchmarkFailure) { return try command.run() } catch { throw ProcessFailure(error) }
}
