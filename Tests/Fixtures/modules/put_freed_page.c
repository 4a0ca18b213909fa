#include <linux/module.h>
#include <linux/mm.h>
static int __init i(void) {
  struct page *p = alloc_page(GFP_KERNEL);
  __free_page(p);
  put_page(p);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
