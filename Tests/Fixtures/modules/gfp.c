#include <linux/module.h>
#include <linux/vmalloc.h>
#include <linux/gfp.h>
// What calls do with gfp_t, and with flags of areas above bit 31.
static int __init i(void) {
  gfp_t gfp = GFP_ATOMIC;
  struct vm_struct *area = get_vm_area(PAGE_SIZE, 1UL << 32);
  pr_info("gfp %pGg\n", &gfp);
  vfree(__vmalloc(PAGE_SIZE, GFP_KERNEL | GFP_DMA32));
  vfree(__vmalloc_node_range(16 * PAGE_SIZE, 1, VMALLOC_START, VMALLOC_START + PAGE_SIZE,
    GFP_KERNEL | __GFP_NOFAIL, PAGE_KERNEL, 0, NUMA_NO_NODE, NULL));
  pr_info("area flags %lx\n", area->flags);
  free_vm_area(area);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
