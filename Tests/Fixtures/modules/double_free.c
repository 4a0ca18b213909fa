#include <linux/module.h>
#include <linux/slab.h>
static int __init i(void) {
  char *k = kmalloc(40, GFP_KERNEL);
  kfree(k);
  kfree(k);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
