/// The calls of `Tasks`.
extension Machine {
  /// The current CPU's task: 0 is the one the machine boots with, pid 1.
  public var task: Int { tasks.task }

  /// The name of a task; nil for the one the machine boots with, and where there is none.
  public func taskName(_ task: Int) -> [UInt8]? {
    tasks.taskName(task)
  }

  /// Lets a task run on the current CPU; a task of a new name is made first. With it goes its address
  /// space; a task of the kernel leaves the CPU the one it had (`context_switch`).
  ///
  /// - Parameters:
  ///   - name: at most 15 bytes.
  ///   - mm: the address space the task has from now on; 0 makes it a task of the kernel, nil changes
  ///     nothing.
  ///
  /// Refuses with -ENOENT for an address space that does not exist, -EINVAL for a name that is empty
  /// or longer than 15 bytes, -EBUSY for a task that runs on another CPU or cannot leave it,
  /// -EAGAIN for one task too many, and -ENOMEM without memory for its record. A task that sleeps
  /// is refused as blocked; one that was woken goes on with the call it slept in, whose result is
  /// returned.
  @discardableResult
  public func run(task name: Span<UInt8>, mm: VirtualAddress? = nil) throws(Refusal) -> UInt64? {
    try tasks.run(task: name, mm: mm?.bits)
  }
}
