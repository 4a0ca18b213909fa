import Testing
import VMemModules

struct FamilyTableTests {
  private let table = FamilyTable(
    families: Array(
      "blk_*\tblock devices\nfile_operations\tfiles of devices\ncdev\tcharacter devices\nof_*\tboards\nof_node_*\tnodes\nbroken line\n"
        .utf8),
    headers: Array("linux/vmalloc.h\nlinux/slab.h\nlinux/idr.h\tidr\n".utf8),
    calls: ["vmalloc", "kmalloc_array", "vfree", "idr_find"], declared: ["idr_find": "linux/idr.h"])

  private func family(_ name: String, _ family: String) -> String {
    "\(name) belongs to \(family), which vmemctl does not have; `modcalls` lists what modules may call"
  }

  @Test func namesAndTheirFamilies() {
    #expect(table.sentence(for: "blk_queue_rq") == family("blk_queue_rq", "block devices"))
    #expect(table.sentence(for: "cdev") == family("cdev", "character devices"))
    #expect(table.sentence(for: "of_node_put") == family("of_node_put", "nodes"))
    #expect(table.sentence(for: "cdev_add") == nil)
    #expect(
      table.sentence(for: "kmaloc_array") == "there is no kmaloc_array; did you mean kmalloc_array?"
    )
    #expect(table.sentence(for: "something_else_entirely") == nil)
  }

  /// As gcc 12 and clang 21 put it, in plain and in curved quotes.
  @Test(arguments: [
    "m.c:3:5: error: implicit declaration of function ‘blk_x’; did you mean ‘y’? [-Werror]",
    "m.c:3:5: error: implicit declaration of function 'blk_x' [-Werror]",
    "m.c:3:5: error: call to undeclared function 'blk_x'; ISO C99 and later do not support",
    "m.c:3:5: error: use of undeclared identifier 'blk_x'",
    "m.c:3:5: error: ‘blk_x’ undeclared (first use in this function)",
    "m.c:3:5: error: unknown type name ‘blk_x’",
    "m.c:3:5: error: unknown type name 'blk_x'",
    "m.c:3:5: error: variable ‘f’ has initializer but incomplete type; ‘struct blk_x’ is incomplete",
    "m.c:3:5: error: variable has incomplete type 'struct blk_x'",
    "m.c:3:5: error: invalid use of undefined type ‘struct blk_x’",
    "m.c:3:5: error: field has incomplete type 'const struct blk_x'",
    "In file x\nm.c:1:1: warning: ‘cdev’ undeclared\nm.c:2:2: error: ‘blk_x’ undeclared\n",
    "m.c:1:1: error: ‘nobody_knows’ undeclared\nm.c:2:2: error: ‘blk_x’ undeclared\n",
  ])
  func whatACompilerSays(_ output: String) {
    #expect(table.hint(of: Array(output.utf8)) == family("blk_x", "block devices"))
  }

  @Test(arguments: [
    "m.c:1:10: fatal error: linux/slabs.h: No such file or directory",
    "m.c:1:10: fatal error: 'linux/slabs.h' file not found",
  ])
  func headers(_ output: String) {
    #expect(
      table.hint(of: Array(output.utf8))
        == "there is no header linux/slabs.h; did you mean linux/slab.h?")
    let far = output.split(separator: "slabs").joined(separator: "something_else")
    #expect(
      table.hint(of: Array(far.utf8))
        == "there is no header linux/something_else.h; `modcalls linux/` lists those there are")
    let own = output.split(separator: "linux/slabs").joined(separator: "own")
    #expect(table.hint(of: Array(own.utf8)) == nil)
  }

  /// What is not there is named, also where nothing is near it; a variable of the source is not.
  @Test(arguments: [
    "m.c:3:5: error: implicit declaration of function ‘NOBODYS’ [-Werror]",
    "m.c:3:5: error: call to undeclared function 'NOBODYS'; ISO C99 and later",
    "m.c:3:5: error: unknown type name ‘NOBODYS’",
    "m.c:1:1: error: ‘index’ undeclared (first use in this function)\nm.c:3:5: error: ‘NOBODYS’ undeclared",
  ])
  func whatThereIsNot(_ output: String) {
    #expect(
      table.hint(of: Array(output.utf8))
        == "there is no NOBODYS; `modcalls` lists what modules may call")
    #expect(
      table.hint(of: Array("m.c:3:5: error: implicit declaration of function ‘idr_find’".utf8))
        == "idr_find is declared in linux/idr.h: include it")
  }

  @Test(arguments: [
    "m.c:3:5: error: call to ‘vmem_x’ declared with attribute error: f has 2 arguments since 5.8",
    "m.c:3:5: error: call to 'vmem_x' declared with 'error' attribute: f has 2 arguments since 5.8",
  ])
  func whatAHeaderSays(_ output: String) {
    #expect(table.hint(of: Array(output.utf8)) == "f has 2 arguments since 5.8")
  }

  @Test(arguments: [
    "", "m.c:3:5: error: expected ';' before '}' token", "m.c:3:5: error: ‘’ undeclared", "error: ",
    "m.c:3:5: error: undeclared", "m.c: error: unknown type name ‘",
  ])
  func nothingToSay(_ output: String) {
    #expect(table.hint(of: Array(output.utf8)) == nil)
  }
}
