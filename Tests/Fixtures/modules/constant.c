// A write to a constant of the module.
#include <linux/module.h>

static const char text[] = "constant";

static int __init i(void) {
  *(volatile char *)&text[1] = 'x';
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
