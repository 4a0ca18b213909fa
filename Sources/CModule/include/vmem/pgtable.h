// Page tables of x86-64 with 4 levels: entries, protections, walks and changes.
#ifndef VMEM_PGTABLE_H
#define VMEM_PGTABLE_H

#include <vmem/page.h>

typedef unsigned long pteval_t, pmdval_t, pudval_t, p4dval_t, pgdval_t, pgprotval_t;
typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
typedef struct { pgd_t pgd; } p4d_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct page *pgtable_t;
extern struct mm_struct init_mm VK(init_mm);
#define swapper_pg_dir (init_mm.pgd)

#define PTRS_PER_PTE 512
#define PTRS_PER_PMD 512
#define PTRS_PER_PUD 512
#define PTRS_PER_P4D 1
#define PTRS_PER_PGD 512
#define PMD_SHIFT 21
#define PUD_SHIFT 30
#define P4D_SHIFT 39
#define PGDIR_SHIFT 39
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PUD_SIZE (1UL << PUD_SHIFT)
#define P4D_SIZE (1UL << P4D_SHIFT)
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define PUD_MASK (~(PUD_SIZE - 1))
#define P4D_MASK (~(P4D_SIZE - 1))
#define PGDIR_MASK (~(PGDIR_SIZE - 1))

// MARK: Bits of entries

#define _PAGE_PRESENT 0x1UL
#define _PAGE_RW 0x2UL
#define _PAGE_USER 0x4UL
#define _PAGE_PWT 0x8UL
#define _PAGE_PCD 0x10UL
#define _PAGE_ACCESSED 0x20UL
#define _PAGE_DIRTY 0x40UL
#define _PAGE_PSE 0x80UL
#define _PAGE_PAT 0x80UL
#define _PAGE_GLOBAL 0x100UL
#define _PAGE_SPECIAL 0x200UL
#define _PAGE_PAT_LARGE 0x1000UL
#define _PAGE_NX (1UL << 63)
#define _PAGE_ENC 0UL
#define _PAGE_TABLE \
  (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _KERNPG_TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PTE_PFN_MASK 0x000ffffffffff000UL
#define PTE_FLAGS_MASK (~PTE_PFN_MASK)
#define PHYSICAL_PAGE_MASK PTE_PFN_MASK
#define __PHYSICAL_MASK_SHIFT 52
#define __PHYSICAL_MASK ((1UL << __PHYSICAL_MASK_SHIFT) - 1)
#define __VIRTUAL_MASK_SHIFT 47
#define __supported_pte_mask (~0UL)

enum page_cache_mode {
  _PAGE_CACHE_MODE_WB, _PAGE_CACHE_MODE_WC, _PAGE_CACHE_MODE_UC_MINUS, _PAGE_CACHE_MODE_UC,
  _PAGE_CACHE_MODE_WT, _PAGE_CACHE_MODE_WP, _PAGE_CACHE_MODE_NUM,
};
// The PAT's index lies in the bits PAT, PCD and PWT.
static inline unsigned long cachemode2protval(enum page_cache_mode mode) {
  static const unsigned char bits[] = { 0x00, 0x08, 0x10, 0x18, 0x98, 0x88 };
  return bits[mode];
}

#define __pte(value) ((pte_t){ (value) })
#define __pmd(value) ((pmd_t){ (value) })
#define __pud(value) ((pud_t){ (value) })
#define __p4d(value) ((p4d_t){ { (value) } })
#define __pgd(value) ((pgd_t){ (value) })
#define __pgprot(value) ((pgprot_t){ (value) })
#define __pgprot_mask(value) __pgprot(value)
#define pte_val(entry) ((entry).pte)
#define pmd_val(entry) ((entry).pmd)
#define pud_val(entry) ((entry).pud)
#define p4d_val(entry) ((entry).pgd.pgd)
#define pgd_val(entry) ((entry).pgd)
#define pgprot_val(protection) ((protection).pgprot)
#define native_pte_val pte_val
#define native_make_pte __pte

#define __PAGE_KERNEL \
  (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL | _PAGE_NX)
#define __PAGE_KERNEL_EXEC (__PAGE_KERNEL & ~_PAGE_NX)
#define __PAGE_KERNEL_RO (__PAGE_KERNEL & ~(_PAGE_RW | _PAGE_DIRTY))
#define PAGE_KERNEL __pgprot(__PAGE_KERNEL)
#define PAGE_KERNEL_EXEC __pgprot(__PAGE_KERNEL_EXEC)
#define PAGE_KERNEL_RO __pgprot(__PAGE_KERNEL_RO)
#define PAGE_KERNEL_ROX __pgprot(__PAGE_KERNEL_RO & ~_PAGE_NX)
#define PAGE_KERNEL_NOCACHE __pgprot(__PAGE_KERNEL | _PAGE_PCD)
#define PAGE_KERNEL_NOCACHE_WT __pgprot(__PAGE_KERNEL | _PAGE_PCD)
#define PAGE_KERNEL_IO PAGE_KERNEL
#define PAGE_KERNEL_IO_NOCACHE PAGE_KERNEL_NOCACHE
#define PAGE_KERNEL_LARGE __pgprot(__PAGE_KERNEL | _PAGE_PSE)
#define PAGE_NONE __pgprot(_PAGE_ACCESSED | _PAGE_GLOBAL)
#define PAGE_SHARED \
  __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX)
#define PAGE_READONLY __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX)
#define pgprot_noncached(p) __pgprot(pgprot_val(p) | _PAGE_PCD | _PAGE_PWT)
#define pgprot_writecombine(p) __pgprot(pgprot_val(p) | _PAGE_PWT)
#define pgprot_writethrough(p) __pgprot(pgprot_val(p) | _PAGE_PAT | _PAGE_PWT)
#define pgprot_device pgprot_noncached
#define pgprot_nx(p) __pgprot(pgprot_val(p) | _PAGE_NX)
#define pgprot_decrypted(p) (p)
#define pgprot_encrypted(p) (p)

// MARK: Questions about an entry

#define __vmem_level(level) \
  static inline bool level##_none(level##_t e) { \
    return !(level##_val(e) & ~(_PAGE_ACCESSED | _PAGE_DIRTY)); \
  } \
  static inline bool level##_present(level##_t e) { return level##_val(e) & _PAGE_PRESENT; } \
  static inline bool level##_leaf(level##_t e) { \
    return (level##_val(e) & (_PAGE_PRESENT | _PAGE_PSE)) == (_PAGE_PRESENT | _PAGE_PSE); \
  } \
  static inline bool level##_large(level##_t e) { return level##_leaf(e); } \
  static inline bool level##_bad(level##_t e) { \
    return (level##_val(e) & PTE_FLAGS_MASK & ~(_PAGE_USER | _PAGE_ACCESSED | _PAGE_NX)) \
        != (_PAGE_PRESENT | _PAGE_RW | _PAGE_DIRTY); \
  } \
  static inline unsigned long level##_flags(level##_t e) { \
    return level##_val(e) & PTE_FLAGS_MASK; \
  } \
  static inline unsigned long level##_pfn(level##_t e) { \
    return (level##_val(e) & PTE_PFN_MASK) >> PAGE_SHIFT; \
  } \
  static inline struct page *level##_page(level##_t e) { return pfn_to_page(level##_pfn(e)); } \
  static inline unsigned long level##_page_vaddr(level##_t e) { \
    return (unsigned long)__va(level##_val(e) & PTE_PFN_MASK); \
  } \
  static inline bool level##_write(level##_t e) { return level##_val(e) & _PAGE_RW; } \
  static inline bool level##_young(level##_t e) { return level##_val(e) & _PAGE_ACCESSED; } \
  static inline bool level##_dirty(level##_t e) { return level##_val(e) & _PAGE_DIRTY; }
__vmem_level(pte) __vmem_level(pmd) __vmem_level(pud) __vmem_level(p4d)
static inline bool pgd_none(pgd_t e) { return false; }
static inline bool pgd_present(pgd_t e) { return true; }
static inline bool pgd_bad(pgd_t e) { return false; }
static inline bool pgd_leaf(pgd_t e) { return false; }
static inline bool pgd_large(pgd_t e) { return false; }
#define pgd_page_vaddr(e) ((unsigned long)__va(pgd_val(e) & PTE_PFN_MASK))
#define pmd_trans_huge pmd_leaf
#define pud_trans_huge pud_leaf
#define pmd_huge pmd_leaf
#define pud_huge pud_leaf
#define pte_none(e) (!pte_val(e))
static inline bool pte_exec(pte_t e) { return !(pte_val(e) & _PAGE_NX); }
static inline bool pte_global(pte_t e) { return pte_val(e) & _PAGE_GLOBAL; }
static inline bool pte_special(pte_t e) { return pte_val(e) & _PAGE_SPECIAL; }
#define pte_same(a, b) (pte_val(a) == pte_val(b))
#define pte_pgprot(e) __pgprot(pte_flags(e))

#define pfn_pte(pfn, p) __pte(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(p))
#define pfn_pmd(pfn, p) __pmd(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(p))
#define pfn_pud(pfn, p) __pud(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(p))
#define mk_pte(page, p) pfn_pte(page_to_pfn(page), p)
#define mk_pmd(page, p) pfn_pmd(page_to_pfn(page), p)
#define pte_wrprotect(e) __pte(pte_val(e) & ~_PAGE_RW)
#define pte_mkwrite(e, ...) __pte(pte_val(e) | _PAGE_RW)
#define pte_mkwrite_novma(e) __pte(pte_val(e) | _PAGE_RW)
#define pte_mkdirty(e) __pte(pte_val(e) | _PAGE_DIRTY)
#define pte_mkclean(e) __pte(pte_val(e) & ~_PAGE_DIRTY)
#define pte_mkyoung(e) __pte(pte_val(e) | _PAGE_ACCESSED)
#define pte_mkold(e) __pte(pte_val(e) & ~_PAGE_ACCESSED)
#define pte_mkexec(e) __pte(pte_val(e) & ~_PAGE_NX)
#define pte_mkglobal(e) __pte(pte_val(e) | _PAGE_GLOBAL)
#define pte_mkspecial(e) __pte(pte_val(e) | _PAGE_SPECIAL)
#define pte_modify(e, p) __pte((pte_val(e) & PTE_PFN_MASK) | pgprot_val(p))
#define pte_set_flags(e, bits) __pte(pte_val(e) | (bits))
#define pte_clear_flags(e, bits) __pte(pte_val(e) & ~(bits))

// MARK: Walks

#define pte_index(address) (((unsigned long)(address) >> PAGE_SHIFT) & 511)
#define pmd_index(address) (((unsigned long)(address) >> PMD_SHIFT) & 511)
#define pud_index(address) (((unsigned long)(address) >> PUD_SHIFT) & 511)
#define p4d_index(address) 0
// Of a kernel address without its top bits the upper half of the table.
#define pgd_index(address) \
  ((((unsigned long)(address) >> PGDIR_SHIFT) & 511) \
      | ((unsigned long)(address) >= VMEM_DIRECT_MAP ? 256 : 0))

#define pgd_offset_pgd(table, address) ((table) + pgd_index(address))
#define pgd_offset(mm, address) pgd_offset_pgd((mm)->pgd, address)
#define pgd_offset_k(address) pgd_offset(&init_mm, address)
static inline p4d_t *p4d_offset(pgd_t *pgd, unsigned long address) { return (p4d_t *)pgd; }
static inline pud_t *pud_offset(p4d_t *p4d, unsigned long address) {
  return (pud_t *)p4d_page_vaddr(*p4d) + pud_index(address);
}
static inline pmd_t *pmd_offset(pud_t *pud, unsigned long address) {
  return (pmd_t *)pud_page_vaddr(*pud) + pmd_index(address);
}
static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long address) {
  return (pte_t *)pmd_page_vaddr(*pmd) + pte_index(address);
}
#define pte_offset_map pte_offset_kernel
#define pte_unmap(pte) ((void)(pte))
#define pmd_off_k(address) \
  pmd_offset(pud_offset(p4d_offset(pgd_offset_k(address), address), address), address)
#define virt_to_kpte(address) pte_offset_kernel(pmd_off_k(address), address)
#define ptep_get(pte) READ_ONCE(*(pte))
#define pmdp_get(pmd) READ_ONCE(*(pmd))
#define pudp_get(pud) READ_ONCE(*(pud))
#define __vmem_next(address, end, size) \
  ({ \
    unsigned long __next = ((unsigned long)(address) + (size)) & ~((size) - 1); \
    __next - 1 < (unsigned long)(end) - 1 ? __next : (unsigned long)(end); \
  })
#define pmd_addr_end(address, end) __vmem_next(address, end, PMD_SIZE)
#define pud_addr_end(address, end) __vmem_next(address, end, PUD_SIZE)
#define p4d_addr_end(address, end) (end)
#define pgd_addr_end(address, end) __vmem_next(address, end, PGDIR_SIZE)
static inline bool pgtable_l5_enabled(void) { return false; }

enum pg_level { PG_LEVEL_NONE, PG_LEVEL_4K, PG_LEVEL_2M, PG_LEVEL_1G, PG_LEVEL_512G, PG_LEVEL_NUM };
// The entry that maps `address` and its level, or 0.
pte_t *lookup_address(unsigned long address, unsigned int *level) VK(lookup_address);
pte_t *lookup_address_in_pgd(pgd_t *pgd, unsigned long address, unsigned int *level)
    VK(lookup_address_in_pgd);
static inline pmd_t *lookup_pmd_address(unsigned long address) {
  p4d_t *p4d = p4d_offset(pgd_offset_k(address), address);
  pud_t *pud = p4d_present(*p4d) ? pud_offset(p4d, address) : NULL;
  return pud && pud_present(*pud) && !pud_leaf(*pud) ? pmd_offset(pud, address) : NULL;
}
phys_addr_t slow_virt_to_phys(void *address) VK(slow_virt_to_phys);
int kern_addr_valid(unsigned long address) VK(kern_addr_valid);

// MARK: Changes

// Tables cannot be written to: every change of an entry is this call.
void vmem_set_entry(void *entry, unsigned long value) VK(set_entry);
#define set_pte(entry, value) vmem_set_entry(entry, pte_val(value))
#define set_pmd(entry, value) vmem_set_entry(entry, pmd_val(value))
#define set_pud(entry, value) vmem_set_entry(entry, pud_val(value))
#define set_p4d(entry, value) vmem_set_entry(entry, p4d_val(value))
#define set_pgd(entry, value) vmem_set_entry(entry, pgd_val(value))
#define set_pte_at(mm, address, entry, value) ((void)(mm), set_pte(entry, value))
#define set_pmd_at(mm, address, entry, value) ((void)(mm), set_pmd(entry, value))
#define set_pte_atomic set_pte
#define native_set_pte set_pte
#define pte_clear(mm, address, entry) set_pte(entry, __pte(0))
#define pmd_clear(entry) set_pmd(entry, __pmd(0))
#define pud_clear(entry) set_pud(entry, __pud(0))
#define p4d_clear(entry) set_p4d(entry, __p4d(0))
static inline pte_t ptep_get_and_clear(struct mm_struct *mm, unsigned long address, pte_t *entry) {
  pte_t old = *entry;
  pte_clear(mm, address, entry);
  return old;
}
#define pmd_populate_kernel(mm, entry, table) set_pmd(entry, __pmd(__pa(table) | _PAGE_TABLE))
#define pmd_populate(mm, entry, page) set_pmd(entry, __pmd(page_to_phys(page) | _PAGE_TABLE))
#define pud_populate(mm, entry, table) set_pud(entry, __pud(__pa(table) | _PAGE_TABLE))
#define p4d_populate(mm, entry, table) set_p4d(entry, __p4d(__pa(table) | _PAGE_TABLE))
#define pgd_populate(mm, entry, table) ((void)(entry), (void)(table))
// An empty page, to be filled by set_pte and linked by the calls above: then it is a table.
unsigned long vmem_new_table(gfp_t gfp, unsigned int order) VK(__get_free_pages);
#define __vmem_table(type) \
  ((type *)vmem_new_table(VMEM_GFP_DIRECT_RECLAIM | VMEM_GFP_KSWAPD_RECLAIM | VMEM_GFP_ZERO, 0))
#define pte_alloc_one_kernel(mm, ...) __vmem_table(pte_t)
#define pmd_alloc_one(mm, address) __vmem_table(pmd_t)
#define pud_alloc_one(mm, address) __vmem_table(pud_t)
void vmem_table_free(void *table) VK(table_free);
#define pte_free_kernel(mm, table) vmem_table_free(table)
#define pmd_free(mm, table) vmem_table_free(table)
#define pud_free(mm, table) vmem_table_free(table)
// A table that the kernel makes for itself, and never frees.
void *vmem_table_alloc(void) VK(table_alloc);
#define paravirt_alloc_pte(mm, pfn) do { } while (0)
#define paravirt_alloc_pmd(mm, pfn) do { } while (0)
#define paravirt_alloc_pud(mm, pfn) do { } while (0)
#define paravirt_release_pte(pfn) do { } while (0)
#define paravirt_release_pmd(pfn) do { } while (0)
// Makes the table below an entry that has none: 0 or -ENOMEM; then the entry for `address` in it.
#define __vmem_below(upper, lower, at) \
  static inline int __##lower##_alloc(struct mm_struct *mm, upper##_t *entry, unsigned long a) { \
    void *table = upper##_none(*entry) ? vmem_table_alloc() : NULL; \
    if (upper##_none(*entry) && !table) return -ENOMEM; \
    if (table) set_##upper(entry, __##upper(__pa(table) | _PAGE_TABLE)); \
    return 0; \
  } \
  static inline lower##_t *lower##_alloc( \
      struct mm_struct *mm, upper##_t *entry, unsigned long a) { \
    return __##lower##_alloc(mm, entry, a) ? NULL : at(entry, a); \
  }
__vmem_below(p4d, pud, pud_offset) __vmem_below(pud, pmd, pmd_offset)
__vmem_below(pmd, pte, pte_offset_kernel)
#define p4d_alloc(mm, pgd, address) p4d_offset(pgd, address)
#define pte_alloc_kernel(pmd, address) pte_alloc(&init_mm, pmd, address)
#define __pte_alloc_kernel(pmd) __pte_alloc(&init_mm, pmd, 0)
void flush_tlb_kernel_range(unsigned long start, unsigned long end) VK(flush_tlb_kernel_range);
void vmem_flush_tlb_all(void) VK(flush_tlb_all);
#define flush_tlb_all() vmem_flush_tlb_all()
#define __flush_tlb_all() vmem_flush_tlb_all()
#define __flush_tlb() vmem_flush_tlb_all()
#define flush_tlb_mm(mm) vmem_flush_tlb_all()
#define __flush_tlb_one(address) flush_tlb_kernel_range(address, (address) + PAGE_SIZE)
#define __flush_tlb_one_kernel __flush_tlb_one
#define flush_tlb_one_kernel __flush_tlb_one
#define arch_flush_lazy_mmu_mode() do { } while (0)
#define arch_enter_lazy_mmu_mode() do { } while (0)
#define arch_leave_lazy_mmu_mode() do { } while (0)

#endif
