// Flags of allocations, and whole pages.
#ifndef VMEM_GFP_H
#define VMEM_GFP_H

#include <vmem/abi.h>
#include <vmem/page.h>

#define __GFP_DMA VMEM_GFP_DMA
#define __GFP_HIGHMEM VMEM_GFP_HIGHMEM
#define __GFP_DMA32 VMEM_GFP_DMA32
#define __GFP_MOVABLE VMEM_GFP_MOVABLE
#define __GFP_RECLAIMABLE VMEM_GFP_RECLAIMABLE
#define __GFP_HIGH VMEM_GFP_HIGH
#define __GFP_IO VMEM_GFP_IO
#define __GFP_FS VMEM_GFP_FS
#define __GFP_ZERO VMEM_GFP_ZERO
#define __GFP_DIRECT_RECLAIM VMEM_GFP_DIRECT_RECLAIM
#define __GFP_KSWAPD_RECLAIM VMEM_GFP_KSWAPD_RECLAIM
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_WRITE VMEM_GFP_WRITE
#define __GFP_NOWARN VMEM_GFP_NOWARN
#define __GFP_RETRY_MAYFAIL VMEM_GFP_RETRY_MAYFAIL
#define __GFP_NOFAIL VMEM_GFP_NOFAIL
#define __GFP_NORETRY VMEM_GFP_NORETRY
#define __GFP_MEMALLOC VMEM_GFP_MEMALLOC
#define __GFP_COMP VMEM_GFP_COMP
#define __GFP_NOMEMALLOC VMEM_GFP_NOMEMALLOC
#define __GFP_HARDWALL VMEM_GFP_HARDWALL
#define __GFP_THISNODE VMEM_GFP_THISNODE
#define __GFP_ACCOUNT VMEM_GFP_ACCOUNT
#define __GFP_SKIP_KASAN 0u
#define __GFP_SKIP_ZERO 0u
// Gone from the kernel; modules of old still name them.
#define __GFP_WAIT __GFP_DIRECT_RECLAIM
#define __GFP_REPEAT __GFP_RETRY_MAYFAIL
#define __GFP_COLD 0u
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define __GFP_ATOMIC 0x200u
#define GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT __GFP_KSWAPD_RECLAIM
#else
#define __GFP_ATOMIC __GFP_HIGH
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#endif

#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOIO __GFP_RECLAIM
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA __GFP_DMA
#define GFP_DMA32 __GFP_DMA32
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_ZONEMASK 15u
static inline bool gfpflags_allow_blocking(gfp_t gfp) { return gfp & __GFP_DIRECT_RECLAIM; }

#define MAX_PAGE_ORDER 10
#define MAX_ORDER_NR_PAGES (1 << MAX_PAGE_ORDER)
#define PAGE_ALLOC_COSTLY_ORDER 3
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MAX_ORDER 11
#else
#define MAX_ORDER MAX_PAGE_ORDER
#endif

// MARK: Pages

struct page *alloc_pages(gfp_t gfp, unsigned int order) VK(alloc_pages);
struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order) VK(alloc_pages_node);
void __free_pages(struct page *page, unsigned int order) VK(__free_pages);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order) VK(__get_free_pages);
void free_pages(unsigned long address, unsigned int order) VK(free_pages);
// Whole pages for `size` bytes, without the rest of the power of two.
void *alloc_pages_exact(size_t size, gfp_t gfp) VK(alloc_pages_exact);
#define alloc_pages_exact_nid(node, size, gfp) alloc_pages_exact(size, gfp)
void free_pages_exact(void *address, size_t size) VK(free_pages_exact);
void split_page(struct page *page, unsigned int order) VK(split_page);
// Fills the entries of `pages` that are 0; how many of `count` are filled then.
unsigned long vmem_alloc_pages_bulk(gfp_t gfp, int node, unsigned long count, struct page **pages)
    VK(alloc_pages_bulk);

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __alloc_pages(gfp, order, node, nodes) alloc_pages_node(node, gfp, order)
#define __alloc_pages_node alloc_pages_node
#define __free_page(page) __free_pages(page, 0)
#define free_page(address) free_pages((unsigned long)(address), 0)
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, order)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)
#define alloc_pages_bulk_array(gfp, count, pages) \
  vmem_alloc_pages_bulk(gfp, NUMA_NO_NODE, count, pages)
#define alloc_pages_bulk_array_node(gfp, node, count, pages) \
  vmem_alloc_pages_bulk(gfp, node, count, pages)
#define alloc_pages_bulk alloc_pages_bulk_array
#define alloc_pages_bulk_node alloc_pages_bulk_array_node

#endif
