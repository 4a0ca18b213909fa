// More than the page allocator has in one piece, and a conversion that printf does not have.
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/mm.h>

static int __init i(void) {
  void *most = kmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL);
  int written = 5;
  pr_info("most %d\n", most != NULL);
  kfree(most);
  pr_info("silent %d\n", kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN) != NULL);
  pr_info("overflow %d\n", kmalloc_array(SIZE_MAX / 2, 4, GFP_KERNEL) != NULL);
  pr_info("too large %d\n", kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL) != NULL);
  pr_info("again %d\n", alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1) != NULL);
  printk("ends here%n, not here\n", &written);
  pr_info("written %d\n", written);
  WARN(1, "with text %d\n", 3);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
