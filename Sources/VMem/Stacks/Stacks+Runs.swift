/// Native code on a stack of the machine.
extension Stacks {
  /// Bytes that a frame of the recursion can have, in steps of 16.
  package static let stackFrames: ClosedRange<UInt64> = 16...65536

  /// Carries out `Machine.runOnStack`.
  package func runOnStack(
    _ address: UInt64, depth: UInt64, frame: UInt64 = 256
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let stack = try stack(at: address)
    guard let window = HostWindow(size: Int(ram[stack].size)) else {
      throw Refusal(.errno(.ENOMEM), .noHostWindow)
    }
    return try runOnStack(address, depth: depth, frame: frame, in: window)
  }

  /// As the other, in a window of the stack's size whose pages are hidden.
  package func runOnStack(
    _ address: UInt64, depth: UInt64, frame: UInt64, in window: borrowing HostWindow
  ) throws(Refusal) -> UInt64 {
    let stack = try stack(at: address)
    guard Self.stackFrames.contains(frame), frame % 16 == 0 else {
      throw Refusal(
        .errno(.EINVAL), .stackFrame, frame, Self.stackFrames.lowerBound,
        Self.stackFrames.upperBound)
    }
    guard depth > 0 else { throw Refusal(.errno(.EINVAL), .noDepth) }
    precondition(window.size == Int(ram[stack].size))
    var refusal: Refusal?
    let used = unsafe withUnsafePointer(to: self) { stacks in
      var run = unsafe StackRun(stacks: stacks, pages: window.page(0), stack, window.size)
      let (used, isRefused) = unsafe withUnsafeMutablePointer(to: &run) { run in
        unsafe window.run(
          frames: (depth - 1) / frame + 1, frame: frame, context: UnsafeMutableRawPointer(run),
          serve: serveStackRun)
      }
      run.copyBack(used, frame: frame)
      refusal = run.refusal ?? (isRefused ? Refusal(.errno(.ENOMEM), .noHostWindow) : nil)
      return used
    }
    if let refusal { throw refusal }
    return used
  }
}

/// What a fault of the native code needs to know.
@safe
private struct StackRun {
  private let stacks: UnsafePointer<Stacks>
  /// The window's lowest page.
  private let pages: UnsafeMutableRawPointer
  private let stack: Ref<Stack>
  private let size: Int
  /// A bit for each page that has been touched, from the lowest on, and their frames.
  private var touched: UInt32 = 0
  private var frames = InlineArray<16, UInt32>(repeating: 0)
  private(set) var refusal: Refusal?

  init(
    stacks: UnsafePointer<Stacks>, pages: UnsafeMutableRawPointer, _ stack: Ref<Stack>,
    _ size: Int
  ) {
    unsafe self.stacks = stacks
    unsafe self.pages = pages
    self.stack = stack
    self.size = size
  }

  /// Whether the native code gets the page with the byte at an offset.
  mutating func serve(_ offset: Int64) -> Bool {
    do throws(Refusal) {
      // Whatever the native code does first, it may write later.
      let address = try unsafe stacks.pointee.access(
        stack, depth: Int64(size) - offset, forWriting: true)
      let page = Int(offset >> 12)
      guard touched >> UInt32(page) & 1 == 0 else { return true }
      let place = try unsafe stacks.pointee.mmu.peek(address, forWriting: true)
      guard place.isRAM else {
        throw Refusal(.fault, .invalidFrame, address, place.physical >> 12)
      }
      touched |= 1 << UInt32(page)
      frames[page] = UInt32(place.physical >> 12)
      // Safe: a page of the window and a frame have as many bytes.
      unsafe stacks.pointee.ram.withFrame(frames[page]) { bytes in
        unsafe (pages + page << 12).copyMemory(from: bytes.baseAddress!, byteCount: 4096)
      }
      return true
    } catch {
      refusal = error
      return false
    }
  }

  /// Puts into RAM what the native code has written, and no address of the host.
  func copyBack(_ used: UInt64, frame: UInt64) {
    for caller in stride(from: 0, to: used, by: Int(frame)) {
      // Safe: the frame was begun, so that its highest word is in a page of the window.
      unsafe (pages + size - Int(caller) - 8).storeBytes(of: caller, as: UInt64.self)
    }
    for page in 0..<size >> 12 where touched >> UInt32(page) & 1 != 0 {
      // Safe: as above.
      unsafe stacks.pointee.ram.withFrame(frames[page]) { bytes in
        unsafe bytes.baseAddress!.copyMemory(from: pages + page << 12, byteCount: 4096)
      }
    }
  }
}

/// Called by the host's fault handler. The code that faulted is the recursion, which holds no lock and is
/// in the middle of nothing, so that this may do what any code may.
private func serveStackRun(_ context: UnsafeMutableRawPointer?, _ offset: Int64) -> Int32 {
  // Safe: the context of a run is its state.
  guard let run = unsafe context?.assumingMemoryBound(to: StackRun.self) else { return 0 }
  return unsafe run.pointee.serve(offset) ? 1 : 0
}
