#include <linux/module.h>
static int __init i(void) {
  asm volatile("hlt");
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
