internal import CHost
internal import VMem

/// One task after the other, each until it waits or ends: the same order whenever the same is run.
extension ModuleHost {
  /// Microseconds since boot.
  var now: UInt64 { place!.pointee.clock }

  /// Runs tasks until one of them is over.
  ///
  /// Everything that waits is asked again at its turn. When nobody has got on for a whole round, time
  /// passes to the first deadline; without one nobody ever will.
  func run(until wanted: ModuleTask) {
    chost_native_watch(longestTurn)
    defer { chost_native_watch(0) }
    var patience = Patience(begun: now)
    while !wanted.isOver {
      round(wanted)
      if !wanted.isOver {
        // Who only asks waits for time to pass, too.
        if !hasMoved {
          pass(wanted)
        } else if idleness.isLong(), let deadline {
          advance(to: deadline)
        }
      }
      endIfHung(wanted, &patience)
    }
  }

  /// Lets the other tasks go on until nobody does any more.
  func settle() {
    chost_native_watch(longestTurn)
    defer { chost_native_watch(0) }
    var rounds = 0
    repeat {
      round(nil)
      rounds += 1
    } while hasMoved && rounds < Self.mostRounds
  }

  /// Lets time pass, and whoever waits for it go on.
  package func linger(microseconds: UInt64) {
    chost_native_watch(longestTurn)
    defer { chost_native_watch(0) }
    let end = time(after: microseconds)
    while now < end {
      round(nil)
      if !hasMoved || idleness.isLong() { advance(to: min(deadline ?? end, end)) }
    }
    settle()
  }

  /// Rounds that other tasks get at the end of a module's init or exit function.
  private static let mostRounds = 1000

  /// Gives each task that can go on a turn, until the one that is wanted is over.
  private func round(_ wanted: ModuleTask?) {
    hasMoved = false
    if now >= nextHungCheck { reportHungTasks() }
    startTimers()
    freeDeferred()
    findTick()
    for task in tasks where task.state == .ready {
      if let time = task.wakeTime, time > now, !task.polls { continue }
      if !mayBegin(task) || isKeptAway(task) { continue }
      turn(task)
      while task.isTicked {
        runDue(but: task)
        turn(task)
      }
      if wanted?.isOver == true { break }
    }
    for task in tasks where task.isOver && task.isOwnedByHost { forget(task) }
    tasks.removeAll { $0.isOver }
  }

  func turn(_ task: ModuleTask) {
    running = task
    turns += 1
    task.keepsCPU = false
    task.spinsFor = 0
    task.begin?()
    task.begin = nil
    selectCPU(task.cpu)
    place!.pointee.context = task.isSoftirq ? .softirq : .process
    let log = place!.pointee.log
    let logged = log.end
    let end = chost_native_resume(task.native)
    running = nil
    place!.pointee.context = .process
    if log.end != logged { log.attribute(from: logged, pid: task.pid, name: Array(task.name.utf8)) }
    switch end.how {
    case Int32(CHOST_NATIVE_WAITS.rawValue):
      if !task.isWaiting {
        (task.waitingSince, task.waitingTurn, task.hungReports) = (now, turns, 0)
      }
      task.isWaiting = !task.isOver && !task.wasPreempted
      if task.keepsCPU { hasKeepers = true }
      if task.isOver { hasMoved = true }
    case Int32(CHOST_NATIVE_FINISHED.rawValue):
      task.state = .finished(end.value)
      if task.isUnbalanced { putRight(task) }
      task.onEnd?(end.value)
      hasMoved = true
    default:
      task.state = .died
      hasMoved = true
      idleness.reset()
      report(end.fault, of: task)
    }
  }

  func selectCPU(_ cpu: Int) {
    _ = try? place!.pointee.selectCPU(UInt64(cpu))
  }

  /// Nobody can go on before time passes.
  private func pass(_ wanted: ModuleTask) {
    guard let deadline else { return reportDeadlock(wanted) }
    advance(to: deadline)
  }

  private func advance(to time: UInt64) {
    // A sleep may be of half a million years.
    while nextHungCheck < time, hungWarnings > 0 {
      place!.pointee.advanceClock(to: nextHungCheck)
      reportHungTasks()
    }
    place!.pointee.advanceClock(to: time)
  }

  /// When the first task or timer has waited long enough; nil where none waits for time.
  var deadline: UInt64? {
    var first = timers.lazy.map(\.due).min()
    for task in tasks where task.state == .ready {
      if let time = task.wakeTime { first = min(first ?? time, time) }
    }
    return first
  }

  /// Every task waits for another: the one that is waited for dies of it.
  private func reportDeadlock(_ wanted: ModuleTask) {
    let waiting = tasks.filter { $0.state == .ready }
    var lines: [String] = []
    for task in waiting {
      lines.append("INFO: task \(task.name):\(task.pid) is blocked in \(task.place)")
    }
    log(lines, level: 3)
    for task in waiting { explain(waitSentence(task), at: task.placeCaller &- 1) }
    explain("deadlock: every task waits, and nothing would wake one")
    wanted.state = .died
    isDeadlocked = true
  }
}
