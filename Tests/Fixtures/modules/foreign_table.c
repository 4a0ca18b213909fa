// Frees a page table that is the kernel's own.
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

static int __init i(void) {
  char *area = vmalloc(PAGE_SIZE);
  *area = 1;
  pte_free_kernel(&init_mm, virt_to_kpte((unsigned long)area));
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
