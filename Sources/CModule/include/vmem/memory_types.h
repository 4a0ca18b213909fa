// Attributes of mapped memory, and the processor's caches.
#ifndef VMEM_MEMORY_TYPES_H
#define VMEM_MEMORY_TYPES_H

#include <vmem/pgtable.h>
#include <vmem/string.h>

// Each: pages from `address` on; 0 or an error.
#define __vmem_attribute(name) int name(unsigned long address, int pages) VK(name);
__vmem_attribute(set_memory_ro) __vmem_attribute(set_memory_rw)
__vmem_attribute(set_memory_x) __vmem_attribute(set_memory_nx) __vmem_attribute(set_memory_np)
__vmem_attribute(set_memory_p) __vmem_attribute(set_memory_uc)
__vmem_attribute(set_memory_wc) __vmem_attribute(set_memory_wt) __vmem_attribute(set_memory_wb)
#define _set_memory_uc set_memory_uc
#define _set_memory_wc set_memory_wc
#define _set_memory_wt set_memory_wt
#define _set_memory_wb set_memory_wb
static inline int set_memory_rox(unsigned long address, int pages) {
  int error = set_memory_ro(address, pages);
  return error ? error : set_memory_x(address, pages);
}
#define __vmem_of_page(page) ((unsigned long)page_address(page))
#define set_pages_uc(page, count) set_memory_uc(__vmem_of_page(page), count)
#define set_pages_wc(page, count) set_memory_wc(__vmem_of_page(page), count)
#define set_pages_wb(page, count) set_memory_wb(__vmem_of_page(page), count)
#define set_pages_x(page, count) set_memory_x(__vmem_of_page(page), count)
#define set_pages_nx(page, count) set_memory_nx(__vmem_of_page(page), count)
#define set_pages_ro(page, count) set_memory_ro(__vmem_of_page(page), count)
#define set_pages_rw(page, count) set_memory_rw(__vmem_of_page(page), count)
static inline int arch_io_reserve_memtype_wc(resource_size_t start, resource_size_t size) {
  return 0;
}
static inline void arch_io_free_memtype_wc(resource_size_t start, resource_size_t size) { }

// Addresses of the same bytes are one: nothing is cached that a flush would have to write back.
static inline void clflush(volatile void *address) {
  __asm__ __volatile__("clflush %0" : "+m"(*(volatile char *)address));
}
#define clflushopt clflush
#define clwb clflush
static inline void clflush_cache_range(void *address, unsigned int size) {
  for (unsigned int at = 0; at < size; at += 64) clflush((char *)address + at);
  mb();
}
#define arch_wb_cache_pmem(address, size) clflush_cache_range(address, size)
#define arch_invalidate_pmem(address, size) clflush_cache_range(address, size)
#define flush_cache_all() do { } while (0)
#define flush_cache_vmap(start, end) do { } while (0)
#define flush_cache_vunmap(start, end) do { } while (0)
#define flush_kernel_vmap_range(address, size) do { } while (0)
#define invalidate_kernel_vmap_range(address, size) do { } while (0)
#define flush_dcache_page(page) do { } while (0)
#define flush_icache_range(start, end) do { } while (0)
static inline int wbinvd_on_all_cpus(void) { mb(); return 0; }
static inline void wbinvd(void) { mb(); }
static inline void memcpy_flushcache(void *to, const void *from, size_t size) {
  memcpy(to, from, size);
  clflush_cache_range(to, size);
}
#define __memcpy_flushcache memcpy_flushcache
static inline void memcpy_page_flushcache(
    char *to, struct page *page, size_t offset, size_t size) {
  memcpy_flushcache(to, (char *)page_address(page) + offset, size);
}
#define prefetch(address) __builtin_prefetch(address)
#define prefetchw(address) __builtin_prefetch(address, 1)
#define cache_line_size() 64
#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES 64
#define SMP_CACHE_BYTES 64
#define L1_CACHE_ALIGN(x) ALIGN(x, L1_CACHE_BYTES)

#endif
