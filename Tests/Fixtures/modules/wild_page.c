#include <linux/module.h>
#include <linux/mm.h>
static int __init i(void) {
  struct page *page = pfn_to_page(0x12345678);
  page->index = 1;
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
