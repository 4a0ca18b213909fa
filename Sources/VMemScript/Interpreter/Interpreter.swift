internal import CHost
package import VMem
internal import VMemModules
package import VMemViews

/// Runs the command language on a machine.
///
/// One interpreter runs any number of scripts and commands, one after the other, on the same
/// machine. Result lines go to the output, messages to the second writer; whoever owns the
/// interpreter calls `finish()` before the process ends.
package struct Interpreter: ~Copyable {
  /// Deepest nesting of `include`.
  package static let maximumIncludes = 16
  /// Deepest nesting of `repeat`.
  package static let maximumRepeats = 16

  package internal(set) var machine: Machine
  package let table: VerbTable
  package let options: Options
  var call: Call
  var messages: ByteWriter

  var shapes = Shapes()
  var knownNames = KnownNames()
  var recorder = Recorder()
  /// What the line that runs came from.
  var place = Place() {
    didSet { chost_set_line(UInt64(place.line)) }
  }
  var fileName: String? {
    didSet {
      if fileName == oldValue { return }
      var name = (fileName ?? "").hostBytes.map { CChar(bitPattern: $0) }
      // Safe: the bytes are copied.
      unsafe chost_set_script(&name, name.count)
    }
  }
  var includes = 0
  /// Whether a line other than `boot` has run: from then on the machine is in use.
  var isUsed = false
  var exit = ExitCode.success
  /// Verbs that changed the machine since all invariants were last checked.
  var unchecked = 0
  /// Expectations reported so far in the Test Anything Protocol.
  var tapCount = 0
  var calls = CallLines()
  /// The trace that the line that runs replays.
  var trace: TraceInput?
  /// A run that prints its script with its answers, or compares them; nil for any other.
  package var echo: Echo?
  /// Whoever follows the run line by line; nil for nobody.
  package var companion: (any Companion)?
  /// Whoever may stop the run in front of its calls; nil for nobody.
  package var debugger: (any Debugger)?
  /// What modules run on; nil while none is loaded.
  var modules: ModuleHost?
  /// What the last call has given, as a register has it; for the debugger.
  var returned: UInt64 = 0
  /// Lines that run once more, as they did before an interrupt.
  var repeats = 0
  /// Whether the line that runs was typed by the companion.
  var isTyped = false
  /// Where the run has stopped, if it has.
  package internal(set) var stop: StopPlace?
  /// Whether the lines of a script have begun to run: nothing was wrong with it.
  package internal(set) var hasBegun = false
  /// Whether a line that asks before it acts ends there.
  var onlyAsks = false
  /// Whether the statement that runs goes on after unexpected outcomes, whatever the options say.
  var goesOn = false

  /// - Parameters:
  ///   - machine: the machine scripts work on until a first line `boot` makes another one.
  ///   - output: descriptor result lines and views go to; nil keeps them in memory.
  ///   - messages: descriptor everything else goes to; nil keeps it in memory.
  ///   - committer: keeps the machine; nil for one that ends with the process.
  ///   - images: other images; nil where there are none to be had.
  package init(
    machine: consuming Machine, options: Options, table: VerbTable = VerbTable(),
    output: Int32? = 1, messages: Int32? = 2, committer: (any Committer)? = nil,
    images: (any Images)? = nil
  ) {
    self.machine = machine
    self.options = options
    self.messages = ByteWriter(descriptor: messages)
    self.table = table
    let format = options.json && !options.tap ? ViewOutput.Format.json : .text
    var output = ViewOutput(descriptor: output, format: format)
    output.isRaw = options.isRaw
    call = Call(output: output, options: options, images: images)
    self.committer = committer
    self.images = images
  }

  /// Keeps the machine; nil for one that ends with the process.
  package var committer: (any Committer)?

  /// Other images; nil where there are none to be had.
  package var images: (any Images)? {
    didSet { call.images = images }
  }

  /// Why output was lost, if it was.
  package var outputFailure: ByteWriter.Failure? { call.output.writer.failure }

  /// Takes what was printed, for an interpreter whose writers keep everything in memory.
  package mutating func takeOutput() -> String { call.output.writer.takeString() }

  /// Takes the messages, for an interpreter whose writers keep everything in memory.
  package mutating func takeMessages() -> String { messages.takeString() }

  /// Writes everything that is still buffered, and the plan of the Test Anything Protocol.
  package mutating func finish() -> ExitCode {
    unloadModules()
    checkAtEnd()
    if options.tap {
      call.output.writer.write("1..")
      call.output.writer.decimal(tapCount)
      call.output.writer.write(byte: 0x0a)
      tapCount = 0
    }
    flush()
    return exit
  }

  // MARK: Commit before print

  /// Keeps what lines have done, then writes their results, then messages.
  mutating func flush() {
    settle()
    echo?.writer.flush()
    messages.isHeld = false
    messages.flush()
    guard let failure = echo?.writer.failure ?? call.output.writer.failure else { return }
    if exit != .inputOutput, let text = failure.text {
      messages.write("vmemctl: \(text)\n")
      messages.flush()
    }
    exit = ExitCode(failure)
  }

  /// Keeps what lines have done, then writes their results. What a broken machine did is shown and
  /// not kept; what the host does not keep is not shown.
  mutating func settle() {
    call.output.writer.isHeld = false
    if let committer, exit != .corrupt, modules == nil, !committer.commit(recorder.take()) {
      exit = .inputOutput
      call.output.writer.drop()
    }
    call.output.writer.flush()
  }
}
