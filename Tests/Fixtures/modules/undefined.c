// An instruction that there is not, as compilers put it behind a division by zero, in init.
#include <linux/module.h>

static int __init i(void) {
  __builtin_trap();
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
