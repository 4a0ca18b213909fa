#include <linux/module.h>
// An endless loop whose stack pointer leads out of the task's stack, to where nothing is.
static int __init i(void) {
  asm volatile("mov $0x7ffffffff000, %%rsp\n1: jmp 1b" ::: "memory");
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
