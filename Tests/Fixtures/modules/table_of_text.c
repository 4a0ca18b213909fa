// An entry that leads to a page of text.
#include <linux/module.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>

static int __init i(void) {
  unsigned long at = VMALLOC_START + (1UL << 40);
  char *page = (char *)get_zeroed_page(GFP_KERNEL);
  pud_t *pud = pud_alloc(&init_mm, p4d_offset(pgd_offset_k(at), at), at);
  strcpy(page + 64, "text");
  pud_populate(&init_mm, pud, (pmd_t *)page);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
