// Walks that call a function for each entry. The functions run in the module's own context.
#ifndef VMEM_PAGEWALK_H
#define VMEM_PAGEWALK_H

#include <vmem/locks.h>
#include <vmem/pgtable.h>

struct mm_walk;
enum page_walk_lock { PGWALK_RDLOCK, PGWALK_WRLOCK, PGWALK_WRLOCK_VERIFY };
enum page_walk_action { ACTION_SUBTREE, ACTION_CONTINUE, ACTION_AGAIN };
struct mm_walk_ops {
  int (*pgd_entry)(pgd_t *entry, unsigned long start, unsigned long next, struct mm_walk *walk);
  int (*p4d_entry)(p4d_t *entry, unsigned long start, unsigned long next, struct mm_walk *walk);
  int (*pud_entry)(pud_t *entry, unsigned long start, unsigned long next, struct mm_walk *walk);
  int (*pmd_entry)(pmd_t *entry, unsigned long start, unsigned long next, struct mm_walk *walk);
  int (*pte_entry)(pte_t *entry, unsigned long start, unsigned long next, struct mm_walk *walk);
  int (*pte_hole)(unsigned long start, unsigned long next, int depth, struct mm_walk *walk);
  int (*hugetlb_entry)(pte_t *entry, unsigned long mask, unsigned long start, unsigned long next,
      struct mm_walk *walk);
  int (*test_walk)(unsigned long start, unsigned long next, struct mm_walk *walk);
  int (*pre_vma)(unsigned long start, unsigned long end, struct mm_walk *walk);
  void (*post_vma)(struct mm_walk *walk);
  enum page_walk_lock walk_lock;
};
struct mm_walk {
  const struct mm_walk_ops *ops;
  struct mm_struct *mm;
  pgd_t *pgd;
  struct vm_area_struct *vma;
  enum page_walk_action action;
  bool no_vma;
  void *private;
};

// Each returns 0, or what a function of `ops` returned that was not 0.
static int vmem_walk_ptes(pmd_t *pmd, unsigned long at, unsigned long end, struct mm_walk *walk) {
  int error = 0;
  for (pte_t *pte = pte_offset_kernel(pmd, at); at < end && !error; at += PAGE_SIZE, pte++) {
    unsigned long next = min(at + PAGE_SIZE, end);
    if (!walk->ops->pte_entry) break;
    error = walk->ops->pte_entry(pte, at, next, walk);
  }
  return error;
}

// A level above the last: its function, then the level below unless the entry is a leaf or empty.
#define __vmem_walk(level, depth, below, walk_below) \
  static int vmem_walk_##level##s( \
      level##_t *entry, unsigned long at, unsigned long end, struct mm_walk *walk) { \
    unsigned long next; \
    for (; at < end; at = next, entry++) { \
      int error = 0; \
      next = level##_addr_end(at, end); \
      if (level##_none(*entry)) { \
        if (walk->ops->pte_hole) error = walk->ops->pte_hole(at, next, depth, walk); \
        if (error) return error; \
        continue; \
      } \
      walk->action = ACTION_SUBTREE; \
      if (walk->ops->level##_entry) error = walk->ops->level##_entry(entry, at, next, walk); \
      if (error) return error; \
      if (walk->action != ACTION_SUBTREE || !level##_present(*entry) || level##_leaf(*entry)) \
        continue; \
      if ((error = walk_below)) return error; \
    } \
    return 0; \
  }
__vmem_walk(pmd, 3, pte, vmem_walk_ptes(entry, at, next, walk))
__vmem_walk(pud, 2, pmd, vmem_walk_pmds(pmd_offset(entry, at), at, next, walk))
__vmem_walk(p4d, 1, pud, vmem_walk_puds(pud_offset(entry, at), at, next, walk))
__vmem_walk(pgd, 0, p4d, vmem_walk_p4ds(p4d_offset(entry, at), at, next, walk))

// Kernel memory, [start, end): -EINVAL if that is empty.
static __always_inline int walk_page_range_novma(struct mm_struct *mm, unsigned long start,
    unsigned long end, const struct mm_walk_ops *ops, pgd_t *pgd, void *private) {
  struct mm_walk walk = { .ops = ops, .mm = mm, .no_vma = true, .private = private };
  walk.pgd = pgd ? pgd : mm->pgd;
  if (start >= end) return -EINVAL;
  return vmem_walk_pgds(pgd_offset_pgd(walk.pgd, start), start, end, &walk);
}
#define walk_kernel_page_table_range(start, end, ops, pgd, private) \
  walk_page_range_novma(&init_mm, start, end, ops, pgd, private)

typedef int (*pte_fn_t)(pte_t *pte, unsigned long address, void *data);
// Makes the tables of [start, end) down to the last level: 0 or an error.
int vmem_populate_tables(unsigned long start, unsigned long end) VK(populate_tables);
static __always_inline int vmem_apply(unsigned long start, unsigned long size, pte_fn_t function,
    void *data, bool create) {
  int error = create ? vmem_populate_tables(start, start + size) : 0;
  for (unsigned long at = start; at < start + size && !error; at += PAGE_SIZE) {
    unsigned int level = PG_LEVEL_NONE;
    pte_t *pte = create ? virt_to_kpte(at) : lookup_address(at, &level);
    if (create || (pte && level == PG_LEVEL_4K)) error = function(pte, at, data);
  }
  return error;
}
#define apply_to_page_range(mm, start, size, function, data) \
  ((void)(mm), vmem_apply(start, size, function, data, true))
#define apply_to_existing_page_range(mm, start, size, function, data) \
  ((void)(mm), vmem_apply(start, size, function, data, false))

#endif
