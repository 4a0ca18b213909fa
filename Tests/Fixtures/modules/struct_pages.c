#include <linux/module.h>
#include <linux/mm.h>
#include <linux/list.h>
#include <linux/vmalloc.h>
static LIST_HEAD(pages);
static int __init i(void) {
  struct page *page, *next;
  unsigned long pfn;
  char *area;
  int n;
  for (n = 0; n < 4; n++) {
    page = alloc_page(GFP_KERNEL);
    page->index = n;
    list_add_tail(&page->lru, &pages);
  }
  list_for_each_entry(page, &pages, lru) {
    set_page_private(page, page->index * 10);
    SetPagePrivate(page);
  }
  list_for_each_entry_safe(page, next, &pages, lru) {
    pr_info("index %lu private %lu %d\n", page->index, page_private(page), PagePrivate(page));
    list_del(&page->lru);
    page->mapping = NULL;
    get_page(page);
    pr_info("count %d\n", page_count(page));
    put_page(page);
    __free_page(page);
  }
  page = alloc_page(GFP_KERNEL);
  page->private = 7;
  SetPagePrivate(page);
  pfn = page_to_pfn(page);
  __free_page(page);
  pr_info("freed %d %lu %d\n", page_count(page), page->private, PagePrivate(page));
  page = alloc_page(GFP_KERNEL);
  pr_info("again %d %lu\n", page_to_pfn(page) == pfn, page->private);
  __free_page(page);
  area = vmalloc(2 * PAGE_SIZE);
  page = vmalloc_to_page(area);
  page->index = 5;
  pr_info("of the area %lu, of others %lu\n", vmalloc_to_page(area)->index,
          vmalloc_to_page(area + PAGE_SIZE)->index);
  vfree(area);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
