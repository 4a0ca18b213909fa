#include <linux/module.h>
#include <linux/vmalloc.h>
static int __init i(void) {
  void *p = vmalloc(8192);
  vfree(p);
  vfree(p);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
