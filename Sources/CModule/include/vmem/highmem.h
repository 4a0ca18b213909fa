// Short mappings of pages, and copies between pages. With 64 bits they are in the direct map.
#ifndef VMEM_HIGHMEM_H
#define VMEM_HIGHMEM_H

#include <vmem/slab.h>

void *kmap(struct page *page) VK(kmap);
void vmem_kunmap(struct page *page) VK(kunmap);
#define kunmap(page) vmem_kunmap(page)
void *kmap_local_page(struct page *page) VK(kmap_local_page);
void vmem_kunmap_local(const void *address) VK(kunmap_local);
#define kunmap_local(address) vmem_kunmap_local(address)
void *vmem_kmap_atomic(struct page *page) VK(kmap_atomic);
void vmem_kunmap_atomic(const void *address) VK(kunmap_atomic);
// With a second argument, the kind of mapping, until 3.4.
#define kmap_atomic(page, ...) vmem_kmap_atomic(page)
#define kunmap_atomic(address, ...) vmem_kunmap_atomic(address)
#define __kunmap_atomic vmem_kunmap_atomic
#define kmap_local_folio(folio, offset) (kmap_local_page((struct page *)(folio)) + (offset))
#define kmap_local_page_prot(page, protection) kmap_local_page(page)
#define kmap_atomic_prot(page, protection) vmem_kmap_atomic(page)
#define kmap_local_pfn(pfn) kmap_local_page(pfn_to_page(pfn))
#define kmap_atomic_pfn(pfn) vmem_kmap_atomic(pfn_to_page(pfn))
#define kmap_to_page(address) virt_to_page(address)
#define kmap_flush_unused() do { } while (0)
enum { KM_USER0, KM_USER1, KM_IRQ0, KM_IRQ1 };
static inline unsigned long totalhigh_pages(void) { return 0; }
static inline unsigned long nr_free_highpages(void) { return 0; }

static __always_inline void vmem_copy_in(
    struct page *page, size_t offset, const void *from, size_t size) {
  char *to = kmap_local_page(page);
  memcpy(to + offset, from, size);
  kunmap_local(to);
}
static __always_inline void vmem_copy_out(
    void *to, struct page *page, size_t offset, size_t size) {
  char *from = kmap_local_page(page);
  memcpy(to, from + offset, size);
  kunmap_local(from);
}
static __always_inline void vmem_fill(struct page *page, size_t offset, int byte, size_t size) {
  char *to = kmap_local_page(page);
  memset(to + offset, byte, size);
  kunmap_local(to);
}
#define memcpy_to_page vmem_copy_in
#define memcpy_from_page vmem_copy_out
#define memset_page vmem_fill
#define memzero_page(page, offset, size) vmem_fill(page, offset, 0, size)
#define clear_highpage(page) vmem_fill(page, 0, 0, PAGE_SIZE)
#define clear_user_highpage(page, address) clear_highpage(page)
#define zero_user(page, offset, size) vmem_fill(page, offset, 0, size)
static __always_inline void copy_highpage(struct page *to, struct page *from) {
  char *target = kmap_local_page(to);
  vmem_copy_out(target, from, 0, PAGE_SIZE);
  kunmap_local(target);
}

#endif
