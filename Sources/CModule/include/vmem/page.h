// Pages: numbers, addresses and descriptors, and the arithmetic between them.
#ifndef VMEM_PAGE_H
#define VMEM_PAGE_H

#include <vmem/abi.h>
#include <vmem/atomic.h>
#include <vmem/bits.h>
#include <vmem/printk.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(address) ALIGN(address, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(address) ALIGN_DOWN(address, PAGE_SIZE)
#define PAGE_ALIGNED(address) IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define offset_in_page(address) ((unsigned long)(address) & ~PAGE_MASK)
#define PFN_ALIGN(x) (((unsigned long)(x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(address) ((unsigned long)((address) >> PAGE_SHIFT))
#define THREAD_SIZE_ORDER 2
#define THREAD_SIZE (PAGE_SIZE << THREAD_SIZE_ORDER)
#define THREAD_ALIGN THREAD_SIZE
#define HPAGE_SHIFT 21
#define HPAGE_SIZE (1UL << HPAGE_SHIFT)
#define HPAGE_PMD_ORDER 9
#define HPAGE_PMD_SIZE HPAGE_SIZE
#define PAGE_OFFSET VMEM_DIRECT_MAP
#define TASK_SIZE 0x07ffffff0000UL
#define TASK_SIZE_MAX TASK_SIZE

static inline int get_order(unsigned long size) {
  return size <= PAGE_SIZE ? 0 : fls64((size - 1) >> PAGE_SHIFT);
}

// The fixed mappings lie above the modules; how many there are differs with the configuration.
#define FIXADDR_TOP 0xffffffffff7ff000UL
#define FIXADDR_SIZE 0x286000UL
#define FIXADDR_START (FIXADDR_TOP - FIXADDR_SIZE)

// MARK: Descriptors

// 64 bytes at the kernel's offsets. What is not a flag or a count is the module's to write while the page
// is its own; a store to a flag or a count changes the module's view alone.
struct page {
  unsigned long flags;
  union {
    struct {
      struct list_head lru;
      struct address_space *mapping;
      unsigned long index;
      unsigned long private;
    };
    struct { unsigned long compound_head; };
    struct { struct rcu_head rcu_head; };
  };
  union { atomic_t _mapcount; unsigned int page_type; };
  atomic_t _refcount;
  unsigned long memcg_data;
};
_Static_assert(sizeof(struct page) == 64, "a page's descriptor");

#define VMEMMAP_START VMEM_STRUCT_PAGES
#define vmemmap ((struct page *)VMEMMAP_START)
#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(p) ((unsigned long)((const struct page *)(p) - vmemmap))
#define __page_to_pfn page_to_pfn
#define __pfn_to_page pfn_to_page
#define page_to_phys(page) PFN_PHYS(page_to_pfn(page))
#define phys_to_page(address) pfn_to_page(PHYS_PFN(address))

// MARK: Addresses

// Of the direct map alone: the answer for a vmalloc address or one of a module is worth nothing.
#define __pa(address) ((unsigned long)(address) - VMEM_DIRECT_MAP)
#define __va(physical) ((void *)((unsigned long)(physical) + VMEM_DIRECT_MAP))
static inline phys_addr_t virt_to_phys(const volatile void *address) { return __pa(address); }
static inline void *phys_to_virt(phys_addr_t physical) { return __va(physical); }
#define __virt_to_phys(address) __pa(address)
#define __phys_to_virt(address) ((unsigned long)__va(address))
#define __pa_nodebug(address) __pa(address)
#define virt_to_pfn(address) (__pa(address) >> PAGE_SHIFT)
#define pfn_to_virt(pfn) __va((unsigned long)(pfn) << PAGE_SHIFT)
#define pfn_to_kaddr pfn_to_virt
#define virt_to_bus virt_to_phys
#define bus_to_virt phys_to_virt
#define virt_to_page(address) pfn_to_page(virt_to_pfn(address))
#define virt_to_head_page(address) compound_head(virt_to_page(address))
static inline void *page_address(const struct page *page) { return pfn_to_virt(page_to_pfn(page)); }
#define page_to_virt(page) page_address(page)
#define lowmem_page_address(page) page_address(page)
#define set_page_address(page, address) do { } while (0)

// Of RAM that exists.
bool pfn_valid(unsigned long pfn) VK(pfn_valid);
bool page_is_ram(unsigned long pfn) VK(page_is_ram);
static inline bool virt_addr_valid(const volatile void *address) {
  unsigned long a = (unsigned long)address;
  return a >= VMEM_DIRECT_MAP && a < VMEM_VMALLOC && pfn_valid(virt_to_pfn(a));
}
#define virt_addr_valid(address) virt_addr_valid((const volatile void *)(address))
#define __virt_addr_valid virt_addr_valid
unsigned long vmem_total_pages(void) VK(totalram_pages);
#define totalram_pages() vmem_total_pages()
unsigned long nr_free_pages(void) VK(nr_free_pages);
unsigned long vmem_max_pfn(void) VK(max_pfn);
#define max_pfn vmem_max_pfn()
#define max_low_pfn vmem_max_pfn()
#define max_mapnr vmem_max_pfn()
#define high_memory __va(PFN_PHYS(vmem_max_pfn()))
#define get_num_physpages() vmem_total_pages()
#define num_physpages vmem_total_pages()

struct sysinfo {
  long uptime;
  unsigned long loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
  unsigned short procs, pad;
  unsigned long totalhigh, freehigh;
  unsigned int mem_unit;
};
void si_meminfo(struct sysinfo *information) VK(si_meminfo);

// MARK: Counts and flags

// Drops a reference; the last one frees the page.
void put_page(struct page *page) VK(put_page);
void get_page(struct page *page) VK(get_page);
static inline int page_ref_count(const struct page *page) { return atomic_read(&page->_refcount); }
static inline int page_mapcount(const struct page *page) {
  return atomic_read(&page->_mapcount) + 1;
}
static inline bool page_mapped(const struct page *page) { return page_mapcount(page) > 0; }
static inline void set_page_private(struct page *page, unsigned long value) {
  page->private = value;
}
#define page_private(page) ((page)->private)

// Which flag, by the kernel's name: "locked", "reserved", "compound" ...
bool vmem_page_flag(const struct page *page, const char *name) VK(page_flag);
void vmem_set_page_flag(struct page *page, const char *name, bool value) VK(set_page_flag);
#define __vmem_flag(Name, name) \
  static inline bool Page##Name(const struct page *page) { return vmem_page_flag(page, name); } \
  static inline void SetPage##Name(struct page *page) { vmem_set_page_flag(page, name, true); } \
  static inline void ClearPage##Name(struct page *page) { vmem_set_page_flag(page, name, false); }
__vmem_flag(Locked, "locked") __vmem_flag(Reserved, "reserved") __vmem_flag(Dirty, "dirty")
__vmem_flag(Uptodate, "uptodate") __vmem_flag(Active, "active") __vmem_flag(Private, "private")
__vmem_flag(LRU, "lru") __vmem_flag(Referenced, "referenced") __vmem_flag(Anon, "anon")
__vmem_flag(Head, "head") __vmem_flag(Compound, "compound") __vmem_flag(Tail, "tail")
__vmem_flag(Slab, "slab") __vmem_flag(Buddy, "buddy") __vmem_flag(SwapCache, "swapcache")
__vmem_flag(Table, "table") __vmem_flag(Huge, "huge") __vmem_flag(Writeback, "writeback")
static inline bool PageHighMem(const struct page *page) { return false; }
struct page *vmem_compound_head(const struct page *page) VK(compound_head);
#define compound_head(page) vmem_compound_head(page)
/* The count of a compound block is that of its first page. */
static inline int page_count(const struct page *page) { return atomic_read(&vmem_compound_head(page)->_refcount); }
unsigned int compound_order(struct page *page) VK(compound_order);
#define compound_nr(page) (1UL << compound_order(page))
#define page_size(page) (PAGE_SIZE << compound_order(page))
#define nth_page(page, n) ((page) + (n))
int page_to_nid(const struct page *page) VK(page_to_nid);
int vmem_page_zone(const struct page *page) VK(page_zonenum);
#define page_zonenum(page) vmem_page_zone(page)

// MARK: Zones and nodes

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, __MAX_NR_ZONES };
#define MAX_NR_ZONES __MAX_NR_ZONES
#define NUMA_NO_NODE (-1)
#define MAX_NUMNODES 64
#define SECTION_SIZE_BITS 27
#define MAX_PHYSMEM_BITS 46
#define NR_MEM_SECTIONS (1UL << (MAX_PHYSMEM_BITS - SECTION_SIZE_BITS))
int numa_node_id(void) VK(numa_node_id);
int cpu_to_node(int cpu) VK(cpu_to_node);
int num_online_nodes(void) VK(num_online_nodes);
#define numa_mem_id() numa_node_id()
#define nr_online_nodes num_online_nodes()
#define node_online(node) ((node) >= 0 && (node) < num_online_nodes())
#define for_each_online_node(node) for ((node) = 0; (node) < num_online_nodes(); (node)++)
#define for_each_node(node) for_each_online_node(node)
#define first_online_node 0

// Of a zone what names it; there is no more to see.
struct pglist_data { int node_id; };
struct zone {
  const char *name;
  struct pglist_data *zone_pgdat;
};
static inline struct zone *page_zone(const struct page *page) {
  static const char *const names[] = { "DMA", "DMA32", "Normal", "Movable" };
  static struct pglist_data nodes[MAX_NUMNODES];
  static struct zone zones[MAX_NUMNODES][MAX_NR_ZONES];
  int node = page_to_nid(page), kind = page_zonenum(page);
  nodes[node].node_id = node;
  zones[node][kind] = (struct zone){ names[kind], &nodes[node] };
  return &zones[node][kind];
}

#define clear_page(address) memset((void *)(address), 0, PAGE_SIZE)
#define copy_page(to, from) memcpy((void *)(to), (const void *)(from), PAGE_SIZE)
#define ZERO_PAGE(address) vmem_zero_page()
struct page *vmem_zero_page(void) VK(zero_page);

#endif
