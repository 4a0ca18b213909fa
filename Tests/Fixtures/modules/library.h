// What the fixtures of the library's families share: a line of the log for each thing that is wrong,
// and one at the end.
#include <linux/module.h>
#include <linux/slab.h>

#define CHECK(condition) \
  do { \
    if (!(condition)) pr_err("line %d: %s\n", __LINE__, #condition); \
  } while (0)

#define LIBRARY_FIXTURE(function) \
  static int __init library_init(void) { \
    function(); \
    pr_info("done\n"); \
    return 0; \
  } \
  static void __exit library_exit(void) { } \
  module_init(library_init); \
  module_exit(library_exit); \
  MODULE_LICENSE("GPL")
