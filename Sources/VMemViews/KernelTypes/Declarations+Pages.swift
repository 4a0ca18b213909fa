internal import VMem

/// Physical memory: struct page, sections, zones and nodes.
extension Declarations {
  /// Flags and types of pages in the order of a machine's kernel.
  static func pageNames(_ c: Configuration) -> String {
    let flags = PageFlagNames(c.kernel, c.switches)
    let further = flags.aliases.map { "PG_\($0.name) = \(flags.bit($0.name) ?? 0)" }
    let constants = flags.names.map { "PG_\($0)" } + ["__NR_PAGEFLAGS"] + further
    let text = "enum pageflags { \(constants.joined(separator: ", ")) };"
    guard c.switches.contains(.typeByte) else { return text }
    let types = KernelPageType.allCases.filter { $0.kernels.contains(c.kernel) }
      .map { "PGTY_\($0) = \($0.number)" }
    return text
      + "\nenum pagetype { \(types.joined(separator: ", ")), PGTY_mapcount_underflow = 255 };"
  }

  static let pages = """
    #if >= 6.18
    typedef struct { unsigned long f; } memdesc_flags_t;
    #else
    typedef unsigned long memdesc_flags_t;
    #endif
    struct page { memdesc_flags_t flags;
      union {
        struct { union { struct list_head lru; struct list_head buddy_list; struct list_head pcp_list; };
          struct address_space *mapping;
          union { unsigned long index; unsigned long share; };
          unsigned long private; };
        struct {
    #if compound_info
          unsigned long compound_info;
    #else
          unsigned long compound_head;
    #endif
    #if < 6.6
          unsigned char compound_dtor; unsigned char compound_order; atomic_t compound_mapcount;
          atomic_t compound_pincount; unsigned int compound_nr;
    #endif
        };
        struct callback_head callback_head;
      };
      union { atomic_t _mapcount; unsigned int page_type; };
      atomic_t _refcount;
      unsigned long memcg_data;
    };
    struct folio {
      union {
        struct { memdesc_flags_t flags; struct list_head lru; struct address_space *mapping;
          unsigned long index; void *private; atomic_t _mapcount; atomic_t _refcount;
          unsigned long memcg_data; };
        struct page page;
      };
      union {
        struct { unsigned long _flags_1; unsigned long _head_1; atomic_t _large_mapcount;
          atomic_t _entire_mapcount; atomic_t _nr_pages_mapped; atomic_t _pincount;
          unsigned int _folio_nr_pages; };
        struct page __page_1;
      };
    };
    struct slab { unsigned long flags; struct kmem_cache *slab_cache;
      union { struct list_head slab_list; struct { struct slab *next; int slabs; }; };
      void *freelist;
      union { unsigned long counters; struct { u16 inuse; u16 objects; }; };
      unsigned int __page_type; atomic_t __page_refcount; unsigned long obj_exts; };
    struct mem_section_usage { unsigned long subsection_map[1]; unsigned long pageblock_flags[]; };
    struct mem_section { unsigned long section_mem_map; struct mem_section_usage *usage; };
    enum { SECTION_MARKED_PRESENT_BIT, SECTION_HAS_MEM_MAP_BIT, SECTION_IS_ONLINE_BIT,
      SECTION_IS_EARLY_BIT, SECTION_MAP_LAST_BIT };
    """

  static let zones = """
    #if >= 7.2
    enum migratetype { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_PCPTYPES,
      MIGRATE_HIGHATOMIC = 3, MIGRATE_CMA, MIGRATE_ISOLATE, MIGRATE_TYPES };
    #else
    #if >= 6.6
    enum migratetype { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_PCPTYPES,
      MIGRATE_HIGHATOMIC = 3, MIGRATE_ISOLATE, MIGRATE_TYPES };
    #else
    enum migratetype { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_PCPTYPES,
      MIGRATE_HIGHATOMIC = 3, MIGRATE_TYPES };
    #endif
    #endif
    #if >= 6.6
    enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, ZONE_DEVICE, __MAX_NR_ZONES };
    #else
    enum zone_type { ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, __MAX_NR_ZONES };
    #endif
    enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };
    enum zone_stat_item { NR_FREE_PAGES, NR_ZONE_INACTIVE_ANON, NR_ZONE_ACTIVE_ANON,
      NR_ZONE_INACTIVE_FILE, NR_ZONE_ACTIVE_FILE, NR_ZONE_UNEVICTABLE, NR_ZONE_WRITE_PENDING, NR_MLOCK,
      NR_BOUNCE,
    #if >= 6.6
      NR_ZSPAGES,
    #endif
      NR_FREE_CMA_PAGES, NR_VM_ZONE_STAT_ITEMS };
    enum node_stat_item { NR_INACTIVE_ANON, NR_ACTIVE_ANON, NR_INACTIVE_FILE, NR_ACTIVE_FILE,
      NR_UNEVICTABLE, NR_SLAB_RECLAIMABLE_B, NR_SLAB_UNRECLAIMABLE_B, NR_ANON_MAPPED, NR_FILE_MAPPED,
      NR_FILE_PAGES, NR_FILE_DIRTY, NR_WRITEBACK, NR_SHMEM, NR_KERNEL_STACK_KB, NR_PAGETABLE,
      NR_VM_NODE_STAT_ITEMS };
    enum lru_list { LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE,
      LRU_UNEVICTABLE, NR_LRU_LISTS };
    enum node_states { N_POSSIBLE, N_ONLINE, N_NORMAL_MEMORY, N_MEMORY = 2, N_CPU, N_GENERIC_INITIATOR,
      NR_NODE_STATES };
    struct free_area { struct list_head free_list[MIGRATE_TYPES]; unsigned long nr_free; };
    struct per_cpu_pages { spinlock_t lock; int count; int high; int batch; struct list_head lists[12]; };
    struct per_cpu_zonestat { signed char vm_stat_diff[12]; signed char stat_threshold; };
    struct zone { unsigned long _watermark[4]; unsigned long watermark_boost;
      unsigned long nr_reserved_highatomic; long lowmem_reserve[MAX_NR_ZONES]; int node;
      struct pglist_data *zone_pgdat; struct per_cpu_pages *per_cpu_pageset;
      struct per_cpu_zonestat *per_cpu_zonestats; int pageset_batch; unsigned long zone_start_pfn;
      atomic_long_t managed_pages; unsigned long spanned_pages; unsigned long present_pages;
      const char *name; int initialized; struct free_area free_area[NR_PAGE_ORDERS];
      unsigned long flags; spinlock_t lock; unsigned long percpu_drift_mark;
      atomic_long_t vm_stat[NR_VM_ZONE_STAT_ITEMS] __aligned(64); atomic_long_t vm_numa_event[6]; };
    struct zoneref { struct zone *zone; int zone_idx; };
    struct zonelist { struct zoneref _zonerefs[NR_ZONEREFS]; };
    struct lruvec { struct list_head lists[NR_LRU_LISTS]; spinlock_t lru_lock; };
    struct pglist_data { struct zone node_zones[MAX_NR_ZONES]; struct zonelist node_zonelists[2];
      int nr_zones; unsigned long node_start_pfn; unsigned long node_present_pages;
      unsigned long node_spanned_pages; int node_id; struct lruvec __lruvec;
      atomic_long_t vm_stat[NR_VM_NODE_STAT_ITEMS]; };
    typedef struct pglist_data pg_data_t;
    """
}
