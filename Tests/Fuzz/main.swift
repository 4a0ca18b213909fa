import CFuzz
import Glibc

// What libFuzzer's inputs are: `Scripts/fuzz` builds this and runs it.

let targets: [String: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32] = [
  "scripts": { ScriptFuzzer.run(bytes($0, $1)) },
  "images": { ImageFuzzer.run($0, $1) },
  "lists": { ListFuzzer.run(bytes($0, $1)) },
  "imports": { ImportFuzzer.run(bytes($0, $1)) },
]

func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  Array(UnsafeBufferPointer(start: start, count: count))
}

guard CommandLine.arguments.count > 1, let target = targets[CommandLine.arguments[1]] else {
  print("usage: Fuzz scripts|images|lists|imports [libFuzzer's options and corpora]")
  exit(64)
}
// libFuzzer takes the word for a corpus otherwise.
var arguments = CommandLine.unsafeArgv
arguments[1] = arguments[0]
if CommandLine.arguments[1] == "images", cfuzz_share_counters() != 0 {
  print("no coverage: the counters cannot be shared")
}
exit(cfuzz_run(CommandLine.argc - 1, arguments + 1, target))
