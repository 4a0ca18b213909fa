// Page tables: those that the kernel makes on the way, and a page that becomes one by an entry.
#include <linux/module.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>

#define FIRST (VMALLOC_START + (1UL << 40))

static pmd_t *middle(unsigned long address) {
  p4d_t *p4d = p4d_offset(pgd_offset_k(address), address);
  pud_t *pud = pud_alloc(&init_mm, p4d, address);
  return pmd_alloc(&init_mm, pud, address);
}

static int __init start(void) {
  struct page *page = alloc_page(GFP_KERNEL), *lower = alloc_page(GFP_KERNEL | __GFP_ZERO);
  pte_t *pte = pte_alloc_kernel(middle(FIRST), FIRST);
  set_pte_at(&init_mm, FIRST, pte, mk_pte(page, PAGE_KERNEL));
  *(int *)FIRST = 7;
  pr_info("alias %d pfn %d\n", *(int *)page_address(page),
      vmalloc_to_pfn((void *)FIRST) == page_to_pfn(page));

  // The page is filled before an entry leads to it.
  unsigned long second = FIRST + PMD_SIZE;
  pmd_t *pmd = middle(second);
  pte = page_address(lower);
  set_pte(pte + pte_index(second), mk_pte(page, PAGE_KERNEL));
  pmd_populate_kernel(&init_mm, pmd, pte);
  pr_info("by hand %d table %d\n", *(int *)second, PageTable(lower));
  pmd_clear(pmd);
  flush_tlb_kernel_range(second, second + PMD_SIZE);
  pr_info("unlinked table %d\n", PageTable(lower));
  __free_page(lower);

  mmap_write_lock(&init_mm);
  pte_clear(&init_mm, FIRST, pte_offset_kernel(middle(FIRST), FIRST));
  mmap_write_unlock(&init_mm);
  __free_page(page);
  return 0;
}

static void __exit stop(void) {}
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
