#include <linux/module.h>
static int __init i(void) {
  void (*f)(void) = NULL;
  f();
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
