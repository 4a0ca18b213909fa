internal import VMem

/// Kernel modules.
extension AnswerList {
  static let modules: [AnswerList] = [
    AnswerList(
      "insmod",
      says: [
        .errno(.EEXIST, .moduleLoaded), .errno(.EFAULT, .moduleOops),
        .errno(.EDEADLK, .moduleDeadlock), .errno(.ENOENT, .moduleSymbols),
        .errno(.EINVAL, .moduleParameter), .errno(.EAGAIN, .moduleInit),
        .errno(.EOPNOTSUPP, .moduleFiveLevels, .moduleMovedWindow),
        .errno(.ENOMEM, .moduleMemory, .moduleAddresses),
      ]),
    AnswerList(
      "rmmod",
      says: [
        .errno(.ENOENT, .moduleNotLoaded), .errno(.EAGAIN, .moduleInUse),
        .errno(.EBUSY, .moduleOops), .errno(.EFAULT, .moduleOops),
      ]),
    AnswerList("snapshot", "undo", "sync", says: [.errno(.EBUSY, .moduleKeepsMachine)]),
  ]
}
