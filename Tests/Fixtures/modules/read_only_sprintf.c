// Text into a mapping that is read-only.
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

static int __init i(void) {
  struct page *page = alloc_page(GFP_KERNEL);
  char *text = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);
  sprintf(text + 8, "no");
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
