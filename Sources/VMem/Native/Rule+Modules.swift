/// The rules of modules.
extension Rule {
  package static let modules: [Rule] = [
    .moduleFiveLevels, .moduleMovedWindow, .moduleMemory, .moduleAddresses, .moduleSymbols,
    .moduleParameter, .moduleLoaded, .moduleNotLoaded, .moduleInUse, .moduleInit, .moduleOops,
    .moduleDeadlock, .moduleKeepsMachine, .modulePermanent,
  ]

  package static let moduleFiveLevels = Rule(
    "moduleFiveLevels",
    says: "with 5 levels of page tables kernel addresses do not fit into a process",
    hint: "boot --levels 4")
  package static let moduleMovedWindow = Rule(
    "moduleMovedWindow",
    says: "modules need the vmalloc window where it is without KASLR, at 0xffffc90000000000",
    hint: "import with --rebase")
  package static let moduleMemory = Rule(
    "moduleMemory", says: "the host gives no memory for native code",
    hint: "ulimit -v and vm.overcommit_memory limit it")
  package static let moduleAddresses = Rule(
    "moduleAddresses",
    says: "something of this process lies where modules see memory (0x088000000000, 0x490000000000)"
  )
  package static let moduleSymbols = Rule(
    "moduleSymbols", says: "it calls what there is not; dmesg names it",
    hint: "`modcalls` lists what modules may call")
  package static let moduleParameter = Rule(
    "moduleParameter", says: "a parameter cannot be set; dmesg says which",
    hint: "`modinfo` lists parameters and their types")
  package static let moduleLoaded = Rule(
    "moduleLoaded", says: "a module of that name is loaded already", hint: "`rmmod` it first")
  package static let moduleNotLoaded = Rule(
    "moduleNotLoaded", says: "no module of that name is loaded", hint: "`lsmod` lists them")
  package static let moduleInUse = Rule(
    "moduleInUse", says: "another module uses it, or try_module_get without module_put",
    hint: "`lsmod` says how many do, and which modules; `rmmod` those first, or `rmmod NAME -f`")
  package static let modulePermanent = Rule(
    "modulePermanent", says: "it has no module_exit: a kernel never unloads it",
    hint: "`rmmod NAME -f`")
  package static let moduleInit = Rule(
    "moduleInit", "value", says: "its init function returned {value:signed}, and it is unloaded")
  package static let moduleOops = Rule(
    "moduleOops", says: "it died of an oops, which dmesg explains; its code stays")
  package static let moduleDeadlock = Rule(
    "moduleDeadlock", says: "every task of modules waits, and nothing would wake one")
  package static let moduleKeepsMachine = Rule(
    "moduleKeepsMachine", says: "a module is loaded: native code holds pointers into the machine",
    hint: "`rmmod` it first")
}
