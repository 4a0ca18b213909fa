// A large leaf in the top table.
#include <linux/module.h>
#include <linux/mm.h>

static int __init i(void) {
  unsigned long at = VMALLOC_START + (1UL << 40);
  set_p4d(p4d_offset(pgd_offset_k(at), at), __p4d(__PAGE_KERNEL | _PAGE_PSE));
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
