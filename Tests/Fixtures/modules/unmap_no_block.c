// vm_unmap_ram of what vmalloc has given: a kernel follows a null pointer.
#include <linux/module.h>
#include <linux/vmalloc.h>

static int __init start(void) {
  vm_unmap_ram(vmalloc(PAGE_SIZE), 1);
  pr_info("goes on\n");
  return 0;
}
module_init(start);
MODULE_LICENSE("GPL");
