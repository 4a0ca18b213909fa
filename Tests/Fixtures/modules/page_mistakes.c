// Pages that are given back otherwise than as they were given, and pointers that are no struct page.
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static int way;
module_param(way, int, 0);

static int __init start(void) {
  struct page *page = alloc_pages(GFP_KERNEL, 2);
  struct page *one = alloc_page(GFP_KERNEL), *compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
  void *area = vmalloc(2 * PAGE_SIZE), *object = kmalloc(64, GFP_KERNEL);
  int i;
  switch (way) {
  case 0: __free_page((struct page *)((char *)one + 8)); break;
  case 1: __free_page(pfn_to_page(-1UL)); break;
  case 2: __free_page(area); break;
  case 3: free_page((unsigned long)area); break;
  case 4: for (i = 0; i < 4; i++) __free_page(page + i); break;
  case 5: split_page(page, 2); for (i = 0; i < 4; i++) __free_page(page + i); break;
  case 6: __free_page(page + 1); __free_pages(page, 2); break;
  case 7:
    pr_info("head %d order %u\n", compound_head(compound + 2) == compound, compound_order(compound));
    put_page(compound + 2);
    break;
  case 8: __free_page(virt_to_page(object)); break;
  case 9: *((char *)area - 1) = 1; break;
  case 10: pr_info("count %d\n", page_count(pfn_to_page(-1UL))); break;
  case 11: vunmap(area); break;
  case 12: vfree(area + PAGE_SIZE); break;
  case 13:
    pr_info("arrays %px %px %px\n", vmalloc_array(1UL << 40, 1UL << 40),
        kvcalloc(1UL << 40, 1UL << 40, GFP_KERNEL), kmalloc_array(1UL << 40, 1UL << 40, GFP_KERNEL));
    break;
  }
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
