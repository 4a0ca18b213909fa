// A module whose area has its pages and the array of them, and one that only lends them.
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static int way;
module_param(way, int, 0);

static struct page *own[8], **pages = own;
static void *area;

static int __init start(void) {
  struct resource *region = request_mem_region(0xfe000000, 4096, "mine");
  unsigned int at;
  pr_info("%pR %lx\n", region, region->flags);
  release_mem_region(0xfe000000, 4096);
  void *device = (void __force *)ioremap(0xfe000000, 8192), *huge = vmalloc_huge(4 << 20, GFP_KERNEL);
  pr_info("phys %llx order %u\n", (u64)find_vm_area(device)->phys_addr, find_vm_area(huge)->page_order);
  iounmap((void __iomem __force *)device);
  vfree(huge);
  if (way != 1) pages = way == 3 ? vmalloc(8 * sizeof(*pages)) : kmalloc_array(8, sizeof(*pages), GFP_KERNEL);
  if (!pages) return -ENOMEM;
  for (at = 0; at < 8; at++) pages[at] = alloc_page(GFP_KERNEL);
  if (way == 2) get_page(pages[7]);
  area = vmap(pages, 8, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
  return area ? 0 : -ENOMEM;
}
static void __exit end(void) {
  if (way == 4) vunmap(area);
  else vfree(area);
}
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
