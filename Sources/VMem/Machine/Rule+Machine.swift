/// The rules of CPUs, names, tasks and steps.
extension Rule {
  package static let machine: [Rule] = [
    .noSuchCPU, .nameInUse, .nameHoldsNothing, .nameTableFull, .taskName, .taskRuns,
    .tooManyTasks, .taskExists, .firstTask, .cpuSleeps, .cpuInTheMiddle, .cpuInInterrupt,
    .noCallToStep, .otherCallEnded, .purgeUnderWay, .tooManySteps,
  ]

  package static let noSuchCPU = Rule(
    "noSuchCPU", "cpu", "cpus",
    says: "no CPU {cpu} among {cpus}")
  package static let nameInUse = Rule(
    "nameInUse",
    says: "{word|the name} stands for something that lives",
    hint: "free it first, or take another name")
  package static let nameHoldsNothing = Rule(
    "nameHoldsNothing",
    says: "{word|the name stands for nothing}")
  package static let nameTableFull = Rule(
    "nameTableFull",
    says: "no memory for the name {word|}")
  package static let taskName = Rule(
    "taskName", "length", "most",
    says: "a name of {length} bytes; a task's has 1 to {most}")
  package static let taskRuns = Rule(
    "taskRuns", "cpu",
    says: "the task runs on CPU {cpu}")
  package static let tooManyTasks = Rule(
    "tooManyTasks", "most",
    says: "more than {most} tasks")
  package static let taskExists = Rule(
    "taskExists",
    says: "a task has that name")
  package static let firstTask = Rule(
    "firstTask",
    says: "the task the machine boots with never ends")
  package static let cpuSleeps = Rule(
    "cpuSleeps", "cpu",
    says: "CPU {cpu} has a task that sleeps",
    hint: "`task NAME` lets another one run")
  package static let cpuInTheMiddle = Rule(
    "cpuInTheMiddle", "cpu",
    says: "CPU {cpu} is in the middle of a call",
    hint: "`step CPU` does its next part")
  package static let cpuInInterrupt = Rule(
    "cpuInInterrupt", "cpu",
    says: "CPU {cpu} is in an interrupt",
    hint: "`context process` leaves the interrupt")
  package static let noCallToStep = Rule(
    "noCallToStep", "cpu",
    says: "CPU {cpu} is in the middle of nothing",
    hint: "`step CPU VERB …` begins one")
  package static let otherCallEnded = Rule(
    "otherCallEnded", "cpu",
    says: "CPU {cpu} was waited for, and has ended its call",
    tellsWhatElse: true)
  package static let purgeUnderWay = Rule(
    "purgeUnderWay", "cpu",
    says: "CPU {cpu} is in the middle of a purge (vmap_purge_lock)",
    hint: "`step CPU` does its next part")
  package static let tooManySteps = Rule(
    "tooManySteps", "pages", "most",
    says: "{pages} pages are more than {most} steps")
}
