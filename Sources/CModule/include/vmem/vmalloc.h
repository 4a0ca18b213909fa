// The vmalloc area.
#ifndef VMEM_VMALLOC_H
#define VMEM_VMALLOC_H

#include <vmem/pgtable.h>
#include <vmem/slab.h>

#define VMALLOC_START VMEM_VMALLOC
#define VMALLOC_END (VMEM_VMALLOC_END - 1)
#define VMALLOC_TOTAL (VMALLOC_END - VMALLOC_START)
#define MODULES_VADDR VMEM_MODULES
#define MODULES_END VMEM_MODULES_END
#define MODULES_LEN (MODULES_END - MODULES_VADDR)
#define IOREMAP_MAX_ORDER 30

#define VM_IOREMAP 0x1UL
#define VM_ALLOC 0x2UL
#define VM_MAP 0x4UL
#define VM_USERMAP 0x8UL
#define VM_DMA_COHERENT 0x10UL
#define VM_UNINITIALIZED 0x20UL
#define VM_NO_GUARD 0x40UL
#define VM_KASAN 0x80UL
#define VM_FLUSH_RESET_PERMS 0x100UL
#define VM_MAP_PUT_PAGES 0x200UL
#define VM_ALLOW_HUGE_VMAP 0x400UL
#define VM_DEFER_KMEMLEAK 0x800UL

// MARK: Memory

void *vmalloc(unsigned long size) VK(vmalloc);
void *vzalloc(unsigned long size) VK(vzalloc);
void *vmalloc_user(unsigned long size) VK(vmalloc_user);
void *vmalloc_node(unsigned long size, int node) VK(vmalloc_node);
void *vzalloc_node(unsigned long size, int node) VK(vzalloc_node);
void *vmalloc_32(unsigned long size) VK(vmalloc_32);
#define vmalloc_32_user vmalloc_user
void *vmalloc_huge(unsigned long size, gfp_t gfp) VK(vmalloc_huge);
#define vmalloc_huge_node(size, gfp, node) vmalloc_huge(size, gfp)
void *__vmalloc(unsigned long size, gfp_t gfp) VK(__vmalloc);
void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node,
    const void *caller) VK(__vmalloc_node);
void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start,
    unsigned long end, gfp_t gfp, pgprot_t protection, unsigned long flags, int node,
    const void *caller) VK(__vmalloc_node_range);
void vfree(const void *address) VK(vfree);
void vfree_atomic(const void *address) VK(vfree_atomic);
void *vrealloc(const void *old, size_t size, gfp_t gfp) VK(vrealloc);
void *vrealloc_node_align(const void *old, size_t size, unsigned long align, gfp_t gfp, int node)
    VK(vrealloc_node_align);
#define vmalloc_array(count, size) __vmem_array(count, size, vmalloc(__bytes))
#define vcalloc(count, size) __vmem_array(count, size, vzalloc(__bytes))
#define __vmalloc_array(count, size, gfp) __vmem_array(count, size, __vmalloc(__bytes, gfp))
#define vmalloc_exec(size) \
  __vmalloc_node_range(size, 1, VMALLOC_START, VMALLOC_END, GFP_KERNEL, PAGE_KERNEL_EXEC, 0, -1, \
      __builtin_return_address(0))

// What code of modules lies in; here it is of the vmalloc area.
#define module_alloc(size) vmalloc_exec(size)
#define module_memfree(address) vfree(address)

// kmalloc, and vmalloc if that fails and more than a page is wanted.
void *kvmalloc(size_t size, gfp_t gfp) VK(kvmalloc);
void *kvmalloc_node(size_t size, gfp_t gfp, int node) VK(kvmalloc_node);
void *vmem_kvrealloc(const void *old, size_t size, gfp_t gfp) VK(kvrealloc);
void kvfree(const void *address) VK(kvfree);
void kvfree_sensitive(const void *address, size_t size) VK(kvfree_sensitive);
#define kvzalloc(size, gfp) kvmalloc(size, (gfp) | __GFP_ZERO)
#define kvzalloc_node(size, gfp, node) kvmalloc_node(size, (gfp) | __GFP_ZERO, node)
#define kvmalloc_array(count, size, gfp) __vmem_array(count, size, kvmalloc(__bytes, gfp))
#define kvcalloc(count, size, gfp) __vmem_array(count, size, kvzalloc(__bytes, gfp))

// MARK: Mappings of given pages

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t protection)
    VK(vmap);
void *vmap_pfn(unsigned long *pfns, unsigned int count, pgprot_t protection) VK(vmap_pfn);
void vunmap(const void *address) VK(vunmap);
void *vm_map_ram(struct page **pages, unsigned int count, int node) VK(vm_map_ram);
void vm_unmap_ram(const void *address, unsigned int count) VK(vm_unmap_ram);
void vm_unmap_aliases(void) VK(vm_unmap_aliases);

// MARK: Areas

// Areas that these return are copies at the kernel's offsets with addresses as modules see them.
struct vm_struct *get_vm_area(unsigned long size, unsigned long flags) VK(get_vm_area);
#define get_vm_area_caller(size, flags, caller) get_vm_area(size, flags)
struct vm_struct *__get_vm_area_caller(unsigned long size, unsigned long flags,
    unsigned long start, unsigned long end, const void *caller) VK(__get_vm_area_caller);
#define __get_vm_area(size, flags, start, end) \
  __get_vm_area_caller(size, flags, start, end, __builtin_return_address(0))
void free_vm_area(struct vm_struct *area) VK(free_vm_area);
struct vm_struct *remove_vm_area(const void *address) VK(remove_vm_area);
struct vm_struct *find_vm_area(const void *address) VK(find_vm_area);
static inline size_t get_vm_area_size(const struct vm_struct *area) {
  return area->flags & VM_NO_GUARD ? area->size : area->size - PAGE_SIZE;
}
// What only code of the kernel itself can call: `shift` is that of one entry of `pages`.
int vmap_pages_range(unsigned long start, unsigned long end, pgprot_t protection,
    struct page **pages, unsigned int shift) VK(vmap_pages_range);
#define vmap_pages_range_noflush vmap_pages_range
int ioremap_page_range(unsigned long start, unsigned long end, phys_addr_t physical,
    pgprot_t protection) VK(ioremap_page_range);
#define vmap_page_range ioremap_page_range
void vunmap_range(unsigned long start, unsigned long end) VK(vunmap_range);
#define unmap_kernel_range(start, size) vunmap_range(start, (start) + (size))
void set_vm_flush_reset_perms(void *address) VK(set_vm_flush_reset_perms);
static inline bool is_vm_area_hugepages(const void *address) {
  unsigned int level;
  return lookup_address((unsigned long)address, &level) && level > PG_LEVEL_4K;
}
unsigned long vmalloc_nr_pages(void) VK(vmalloc_nr_pages);

// MARK: Addresses

static inline bool is_vmalloc_addr(const void *address) {
  return (unsigned long)address >= VMEM_VMALLOC && (unsigned long)address < VMEM_VMALLOC_END;
}
static inline bool is_vmalloc_or_module_addr(const void *address) {
  unsigned long a = (unsigned long)address;
  return is_vmalloc_addr(address) || (a >= MODULES_VADDR && a < MODULES_END);
}
struct page *vmalloc_to_page(const void *address) VK(vmalloc_to_page);
unsigned long vmalloc_to_pfn(const void *address) VK(vmalloc_to_pfn);

#endif
