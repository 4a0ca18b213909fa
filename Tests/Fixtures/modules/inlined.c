#include <linux/module.h>
#include <linux/atomic.h>
static int __init i(void) {
  atomic_set((atomic_t *)16, 0);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
