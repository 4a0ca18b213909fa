// More pages than there are: the array of one page is not read.
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

static int __init start(void) {
  struct page *page = alloc_page(GFP_KERNEL);
  pr_info("mapped %px\n", vmap(&page, totalram_pages() + 100000, VM_MAP, PAGE_KERNEL));
  __free_page(page);
  return 0;
}
module_init(start);
MODULE_LICENSE("GPL");
