// Entries of page tables, a table that is made by hand, the zero page, an area that is taken out.
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static int __init start(void) {
  unsigned int level = 0, other = 0;
  char *area = vmalloc(PAGE_SIZE);
  pte_t *entry = lookup_address((unsigned long)area, &level);
  pgd_t *top = pgd_offset_k((unsigned long)area);
  if (entry && entry == lookup_address_in_pgd(top, (unsigned long)area, &other))
    pr_info("level %u of both\n", level == other ? level : 0);
  vfree(area);

  pte_t *table = pte_alloc_one_kernel(&init_mm);
  if (table && pte_none(*table)) pr_info("a table of its own\n");
  pte_free_kernel(&init_mm, table);

  char *zeroes = page_address(ZERO_PAGE(0));
  if (!memchr_inv(zeroes, 0, PAGE_SIZE) && ZERO_PAGE(0) == ZERO_PAGE(1)) pr_info("the zero page\n");

  struct vm_struct *reserved = get_vm_area(2 * PAGE_SIZE, VM_IOREMAP);
  void *start = reserved->addr;
  struct vm_struct *taken = remove_vm_area(start);
  if (taken && taken->addr == start && !find_vm_area(start)) pr_info("an area taken out\n");
  kfree(taken);
  return 0;
}

static void __exit stop(void) {}
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
