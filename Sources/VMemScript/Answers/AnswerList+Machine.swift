internal import VMem

/// CPUs, tasks, steps and injection.
extension AnswerList {
  static let machine: [AnswerList] = [
    AnswerList("cpu", says: [.errno(.EINVAL, .noSuchCPU)]),
    AnswerList(
      "task",
      says: [
        .errno(.EINVAL, .taskName), .errno(.ENOENT, .noUserSpace),
        .errno(.EBUSY, .taskRuns, .migrationDisabled, .cpuInTheMiddle),
        .errno(.EAGAIN, .tooManyTasks), .errno(.ENOMEM, .noDescriptor),
        .blocked(.taskSleeps, .noKmapSlot), .bug(.sleepsInAtomic),
        .warns("scheduling while atomic"),
      ]),
    AnswerList(
      "kernel_thread",
      says: [
        .errno(.EEXIST, .taskExists), .errno(.EINVAL, .taskName), .errno(.EAGAIN, .tooManyTasks),
        .errno(.ENOMEM, .noDescriptor), .warns("the task holds a mapping of kmap_local"),
      ], VerbAnswer.sleeps),
    AnswerList(
      "do_exit",
      says: [
        .errno(.EINVAL, .firstTask), .errno(.EBUSY, .migrationDisabled), .bug(.inInterrupt),
      ]),
    AnswerList(
      "step",
      says: [
        .errno(.EINVAL, .noSuchCPU), .errno(.ENOENT, .noCallToStep), .errno(.E2BIG, .tooManySteps),
        .errno(.EBUSY, .cpuInTheMiddle, .cpuSleeps, .cpuInInterrupt, .purgeUnderWay),
        .errno(.ENOMEM, .noFrames), .note(.otherCallEnded),
      ]),
    AnswerList("inject", says: [.errno(.EINVAL, .noSuchTable)]),
  ]
}
