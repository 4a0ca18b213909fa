#include <linux/module.h>
static noinline int f(int n) {
  volatile char b[3 * 8192];
  b[0] = n;
  return b[0];
}
static int __init i(void) { return f(0); }
module_init(i);
MODULE_LICENSE("GPL");
