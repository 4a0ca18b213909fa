// A module of two files: this one calls the other.
#include <linux/module.h>
#include "two_files.h"

static int calls;

static int __init i(void) {
  calls++;
  pr_info("%s: %d of %d\n", KBUILD_MODNAME, twice(21), calls);
  return 0;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
