/// The rules of stacks.
extension Rule {
  package static let stacks: [Rule] = [
    .stackSize, .noStack, .areaIsStack, .notReclaimable, .aboveStack, .stackGuard, .belowStack,
    .doubleFault, .stackFrame, .noDepth, .noHostWindow,
  ]

  package static let stackSize = Rule(
    "stackSize", "size", "least", "most",
    says: "a stack of {size} bytes: {least} to {most}, a power of two")
  package static let noStack = Rule(
    "noStack", "address",
    says: "no stack starts at {address:hex}",
    hint: "`stack_alloc` makes one")
  package static let areaIsStack = Rule(
    "areaIsStack", "address",
    says: "the area at {address:hex} is a stack",
    hint: "`stack_free` gives a stack back")
  package static let notReclaimable = Rule(
    "notReclaimable", "address",
    says: "the stack at {address:hex} is not of the policy reclaim",
    hint: "`stack_alloc --policy reclaim` makes one that is")
  package static let aboveStack = Rule(
    "aboveStack", "address", "top",
    says: "{address:hex} is not below the top {top:hex} of the stack")
  package static let stackGuard = Rule(
    "stackGuard", "address", "start",
    says: "{address:hex} is in the guard page below the stack at {start:hex}")
  package static let belowStack = Rule(
    "belowStack", "address", "start",
    says: "{address:hex} is below the guard page of the stack at {start:hex}")
  package static let doubleFault = Rule(
    "doubleFault", "address", "refuses", "emptyStash",
    unbound: "no page at {address:hex}, and none to push the frame of the fault on",
    says: {
      guard $0["refuses"] == 0 else {
        return "the page at \($0.hexadecimal("address")) refuses the access, and takes no frame of "
          + "the fault either"
      }
      let stash = $0["emptyStash"] == 1 ? ", none in the CPU's stash," : ""
      return "no page at \($0.hexadecimal("address"))\(stash) and none to push the fault's frame on"
    },
    hint: """
      `walk ADDRESS` shows the entry, `stack_stat` the stashes of dynamic stacks: \
      `schedule` refills them
      """)
  package static let stackFrame = Rule(
    "stackFrame", "size", "least", "most",
    says: "a frame of {size} bytes: {least} to {most}, a multiple of 16")
  package static let noDepth = Rule(
    "noDepth",
    says: "a depth of 0 bytes")
  package static let noHostWindow = Rule(
    "noHostWindow",
    says: "the host refuses a window for native code")
}
